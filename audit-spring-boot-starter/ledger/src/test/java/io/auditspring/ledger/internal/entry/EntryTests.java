package io.auditspring.ledger.internal.entry;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What an entry makes of values that the ledger could not store as they are.
 */
class EntryTests {

	private static final Entry.DataGroup NOTHING = new Entry.DataGroup(null, null, null, null, null, null, null, null,
			null);

	private static Entry entry(String actor) {
		return new Entry(UUID.randomUUID(), Instant.parse("2026-11-21T09:46:01.100000999Z"), null, null,
				UUID.randomUUID(), "login", null, Severity.INFO, Outcome.SUCCESS, ActorType.USER, null, null, null,
				null, null, new Entry.ActorGroup(actor, null, null, null, null, null, null, null), NOTHING);
	}

	@Test
	void unstorableCharactersAreReplaced() {
		assertThat(NOTHING.withMessage("a\u0000b\uD800c\uDC00\uD83D\uDE00").message())
			.isEqualTo("a\uFFFDb\uFFFDc\uFFFD\uD83D\uDE00");
		assertThat(entry("\uDC00\uD800").actor().id()).isEqualTo("\uFFFD\uFFFD");
		assertThat(entry("jane").withTarget("\uD800", "\uDC00", null)).extracting(Entry::targetType, Entry::targetId)
			.containsExactly("\uFFFD", "\uFFFD");
	}

	@Test
	void timesAreCutToMicroseconds() {
		assertThat(entry("jane").occurredAt()).isEqualTo("2026-11-21T09:46:01.100Z");
		assertThat(Timestamps.truncate(Instant.parse("1969-12-31T23:59:59.999999999Z")))
			.isEqualTo("1969-12-31T23:59:59.999999Z");
	}

	@Test
	void timesAreHashedWithSixDigits() {
		assertThat(Timestamps.format(Instant.parse("2026-11-21T09:46:01Z"))).isEqualTo("2026-11-21T09:46:01.000000Z");
		assertThat(Timestamps.format(Instant.parse("0001-01-01T00:00:00.000001Z")))
			.isEqualTo("0001-01-01T00:00:00.000001Z");
	}

	@ParameterizedTest
	@ValueSource(strings = { "0000-12-31T23:59:59.999999999Z", "+10000-01-01T00:00:00Z" })
	void timesThatCannotBeWrittenWithFourDigitYearsAreRefused(Instant time) {
		assertThatIllegalArgumentException().isThrownBy(() -> Timestamps.truncate(time))
			.withMessageContaining("years 1 to 9999");
	}

	@ParameterizedTest
	@CsvSource({ "203.0.113.9, cb007109", "0.0.0.0, 00000000", "255.255.255.255, ffffffff",
			"::ffff:203.0.113.9, cb007109", "::FFFF:cb00:7109, cb007109", "::1, 00000000000000000000000000000001",
			"::, 00000000000000000000000000000000", "2001:db8::1, 20010db8000000000000000000000001",
			"2001:DB8:0:0:0:0:0:1, 20010db8000000000000000000000001", "fe80::1%eth0, fe800000000000000000000000000001",
			"fe80::1%1, fe800000000000000000000000000001", "::10.0.0.1, 0000000000000000000000000a000001",
			"64:ff9b::192.0.2.33, 0064ff9b0000000000000000c0000221" })
	void addressesAreKeptInTheirShortestFamilyWithoutZone(String text, String hex) {
		String address = address(text);
		assertThat(IpAddress.hex(address)).isEqualTo(hex);
		assertThat(address(Objects.requireNonNull(address))).isEqualTo(address);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "1", "10.1", "10.0.1", "010.0.0.1", "0x7f.0.0.1", "127.0.0.256", "1.2.3.4.5",
			"127.0.0.1 ", " 127.0.0.1", "127.0.0.1:8080", "127.0.0.1%eth0", "10.0.0.0/8", "localhost", "example.com",
			"a", "dead.beef", ":", ":::", "1:2", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::g", "[::1]", "::1/128",
			"::ffff:010.0.0.1", "::1.2.3", "::256.0.0.1", "%eth0", "unknown", "\u0661.1.1.1" })
	void whatIsNotAnAddressIsNotKept(String text) {
		assertThat(address(text)).isNull();
	}

	private static @Nullable String address(String text) {
		return new Entry.ActorGroup("jane", null, null, text, null, null, null, null).ip();
	}

}
