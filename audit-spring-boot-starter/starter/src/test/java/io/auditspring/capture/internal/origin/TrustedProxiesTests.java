package io.auditspring.capture.internal.origin;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.auditspring.capture.internal.entry.ClientCase;
import io.auditspring.ledger.internal.entry.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whom the headers of a request make its client.
 */
class TrustedProxiesTests {

	private static final List<String> TRUSTED = List.of("10.0.0.0/8", "192.168.1.1", "2001:db8:feed::/48");

	static List<ClientCase> cases() {
		return ClientCase.all();
	}

	@Test
	void theCorpusIsLargeAndNamesNoCaseTwice() {
		assertThat(cases()).hasSizeGreaterThan(100).doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@MethodSource("cases")
	void theClientIsWhoTheTrustedProxiesSay(ClientCase request) {
		String client = new TrustedProxies(TRUSTED, null).client(request.peer(), request::header);
		assertThat(IpAddress.normalize(client)).isNotNull().isEqualTo(IpAddress.normalize(request.client()));
	}

	@Test
	void whereProxiesWriteOneHeaderTheOtherIsTheClientsAndNotRead() {
		Map<String, List<String>> sent = Map.of("Forwarded", List.of("for=1.1.1.1"), "X-Forwarded-For",
				List.of("203.0.113.9"));
		assertThat(new TrustedProxies(TRUSTED, ForwardingHeader.X_FORWARDED_FOR).client("10.0.0.1", sent::get))
			.isEqualTo("203.0.113.9");
		assertThat(new TrustedProxies(TRUSTED, ForwardingHeader.FORWARDED).client("10.0.0.1", sent::get))
			.isEqualTo("1.1.1.1");
	}

	@Test
	void withoutTrustedProxiesNoHeaderIsEvenLookedAt() {
		assertThat(new TrustedProxies(List.of(), null).client("10.0.0.1", (name) -> {
			throw new AssertionError(name);
		})).isEqualTo("10.0.0.1");
	}

	private static Function<String, List<String>> forwarded(String line) {
		return (name) -> name.equals("Forwarded") ? List.of(line) : List.of();
	}

	@Test
	void headersOfAnyLengthAreReadToTheirEnd() {
		TrustedProxies proxies = new TrustedProxies(TRUSTED, null);
		for (String noise : List.of("\"", "\\", "\\\"", "[", ":", ",", ";", "for=", "=", " ", "1")) {
			String line = noise.repeat(100_000 / noise.length());
			assertThat(proxies.client("10.0.0.1", forwarded(line + ", for=203.0.113.9"))).isEqualTo("203.0.113.9");
			assertThat(proxies.client("10.0.0.1", forwarded("for=" + line))).isEqualTo("10.0.0.1");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "10.0.0.0/8", "0.0.0.0/0", "::/0", "192.0.2.1", "192.0.2.1/32", "2001:db8::1",
			"2001:db8::/32", "::ffff:10.0.0.0/104", "::1" })
	void addressesAndNetworksCanBeTrusted(String network) {
		assertThat(TrustedProxies.isNetwork(network)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0",
			"10.*", "proxy.example.com", "localhost", "2001:db8::1/32", "2001:db8::/129", "fe80::1%eth0",
			"::ffff:10.0.0.0/8", "10.0.0.0/255.0.0.0", "10.0.0.0/8,192.168.0.0/16", "10.0.0.0/08x",
			"10.0.0.0/99999999999" })
	void anythingElseCannot(String text) {
		assertThat(TrustedProxies.isNetwork(text)).isFalse();
	}

}
