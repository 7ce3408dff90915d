package io.auditspring.capture.internal.origin;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.auditspring.GeoLocator;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.Limits;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of locators, good and bad ones.
 */
@ExtendWith(OutputCaptureExtension.class)
class LocationsTests {

	private final CountDownLatch released = new CountDownLatch(1);

	private final AtomicInteger asked = new AtomicInteger();

	private Locations locations;

	@AfterEach
	void close() {
		this.released.countDown();
		this.locations.close();
	}

	private Supplier<CanonicalJson> locate(String ip, GeoLocator locator) {
		return locate(ip, locator, Duration.ofMinutes(1));
	}

	private Supplier<CanonicalJson> locate(String ip, GeoLocator locator, Duration patience) {
		this.locations = new Locations(locator, new JsonValues(new Masking(List.of("secret")), new Limits(10_000)),
				patience);
		return this.locations.of(ip);
	}

	private Map<String, ?> hang(InetAddress address) {
		this.asked.incrementAndGet();
		try {
			this.released.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		return Map.of("city", "Oslo");
	}

	@Test
	void theLocationIsAnObjectWithSecretsMasked() {
		assertThat(locate("203.0.113.9", (address) -> Map.of("city", "Oslo", "ip", address, "secret", 1)).get())
			.hasToString("{\"city\":\"Oslo\",\"ip\":\"203.0.113.9\",\"secret\":\"***\"}");
	}

	@Test
	void anAddressIsAskedForOnce() {
		Supplier<CanonicalJson> location = locate("203.0.113.9",
				(address) -> Map.of("n", this.asked.incrementAndGet()));
		assertThat(location.get()).hasToString("{\"n\":1}").isEqualTo(this.locations.of("203.0.113.9").get());
		assertThat(this.locations.of("2001:db8::1").get()).hasToString("{\"n\":2}");
	}

	@Test
	void nothingIsAskedForWhatIsNoAddress() {
		assertThat(locate("_hidden", this::hang).get()).isNull();
		assertThat(this.asked).hasValue(0);
	}

	@Test
	void anUnknownPlaceIsNoLocation() {
		assertThat(locate("203.0.113.9", (address) -> null).get()).isNull();
		assertThat(locate("203.0.113.9", (address) -> Map.of()).get()).isNull();
	}

	@Test
	void whatALocatorThrowsIsLoggedOnceAndNotThrown(CapturedOutput output) {
		assertThat(locate("203.0.113.9", (address) -> {
			throw new IllegalStateException("no database today");
		}).get()).isNull();
		assertThat(this.locations.of("203.0.113.10").get()).isNull();
		assertThat(output).containsOnlyOnce("A client could not be located").contains("no database today");
	}

	@Test
	void anErrorOfALocatorIsNotThrownEither() {
		assertThat(locate("203.0.113.9", (address) -> {
			throw new NoClassDefFoundError("gone");
		}).get()).isNull();
	}

	@Test
	void whatJsonCannotHoldIsNoLocation() {
		assertThat(locate("203.0.113.9", (address) -> Map.of("broken", new Broken())).get()).isNull();
	}

	@Test
	void aLocatorThatHangsHoldsNobodyUpAndServesLaterCalls() {
		assertThat(locate("203.0.113.9", this::hang, Duration.ofMillis(1)).get()).isNull();
		assertThat(this.locations.of("203.0.113.9").get()).isNull();
		this.released.countDown();
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.locations.of("203.0.113.9").get()).hasToString("{\"city\":\"Oslo\"}"));
		assertThat(this.asked).hasValue(1);
	}

	@Test
	void moreAddressesThanCanWaitHaveNoLocation() {
		locate("203.0.113.9", this::hang, Duration.ofMillis(1));
		List<Supplier<CanonicalJson>> lookups = IntStream.range(0, 1000)
			.mapToObj((number) -> this.locations.of("198.51." + number / 250 + "." + number % 250))
			.toList();
		assertThat(lookups).allSatisfy((lookup) -> assertThat(lookup.get()).isNull());
		Awaitility.await().untilAsserted(() -> assertThat(this.asked.get()).isBetween(1, 2));
	}

	/**
	 * Cannot be written as JSON.
	 */
	static final class Broken {

		public String getName() {
			throw new IllegalStateException("broken");
		}

	}

}
