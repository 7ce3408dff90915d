package io.auditspring.ledger.internal.entry;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;

/**
 * What 42 days leave in the trail of a shop: people at work and some at night, imports of
 * many entries at once, somebody who tries what is not allowed, changes deep within
 * states, long texts, and texts that mean harm. The same on every run, but for the days.
 */
public final class SixWeeks {

	private static final int DAYS = 42;

	private static final String HARM = "<img src=x onerror=\"document.title='hacked'\">";

	private final Random random = new Random(42);

	private final YearOfEntries ordinary = new YearOfEntries(42);

	private Instant now = Instant.EPOCH;

	private final List<Moment> moments = new ArrayList<>();

	private SixWeeks() {
	}

	/**
	 * Makes the entries of the 42 days until a time.
	 * @param end the time
	 * @return the entries, oldest first
	 */
	public static List<Moment> until(Instant end) {
		SixWeeks weeks = ordinary(end);
		weeks.tell(weeks.now, weeks.approval(), weeks.harm(), weeks.unseen(), weeks.endless());
		weeks.tell(end.minusSeconds(20), weeks.imported(end.minusSeconds(20)));
		weeks.tell(end.minusSeconds(10), weeks.failure());
		return weeks.moments;
	}

	/**
	 * Makes the entries of 42 days in which nobody meant harm or wrote without end.
	 * @param end their end
	 * @return the entries, oldest first
	 */
	public static List<Moment> ordinaryUntil(Instant end) {
		SixWeeks weeks = ordinary(end);
		weeks.tell(weeks.now, weeks.approval());
		weeks.tell(end.minusSeconds(20), weeks.imported(end.minusSeconds(20)));
		return weeks.moments;
	}

	private static SixWeeks ordinary(Instant end) {
		SixWeeks weeks = new SixWeeks();
		LocalDate last = end.atOffset(ZoneOffset.UTC).toLocalDate();
		for (LocalDate day = last.minusDays(DAYS); !day.isAfter(last); day = day.plusDays(1)) {
			weeks.live(day, end, last);
		}
		weeks.now = end.minusSeconds(30);
		return weeks;
	}

	private void live(LocalDate day, Instant end, LocalDate last) {
		this.now = day.atStartOfDay().toInstant(ZoneOffset.UTC);
		if (day.equals(last.minusDays(5))) {
			tell(day.atStartOfDay().toInstant(ZoneOffset.UTC),
					version("transaction.import", "importer", null, state("IMPORTED", "1300.00", "Oslo")));
		}
		if (day.equals(last.minusDays(2))) {
			tell(day.atStartOfDay().toInstant(ZoneOffset.UTC), version("transaction.correct", "omar",
					state("IMPORTED", "1300.00", "Oslo"), state("IMPORTED", "1200.50", "Oslo")));
		}
		boolean free = day.getDayOfWeek() == DayOfWeek.SATURDAY || day.getDayOfWeek() == DayOfWeek.SUNDAY;
		for (Instant time : times(day, free ? 6 : 50)) {
			if (time.isBefore(end.minusSeconds(60))) {
				tell(time, this.ordinary.next(time));
			}
		}
		if (day.getDayOfWeek() == DayOfWeek.TUESDAY) {
			Instant night = day.atTime(23, 30).toInstant(ZoneOffset.UTC);
			for (int i = 0; i < 12 && night.isBefore(end.minusSeconds(60)); i++) {
				this.now = night.plusSeconds(i * 7L);
				tell(this.now, denial(i));
			}
			if (night.plusSeconds(120).isBefore(end.minusSeconds(60))) {
				tell(night.plusSeconds(120), imported(night));
			}
		}
	}

	/** Mostly by day. */
	private Iterable<Instant> times(LocalDate day, int number) {
		TreeSet<Instant> times = new TreeSet<>();
		while (times.size() < number) {
			double hour = (this.random.nextInt(12) == 0) ? 24 * this.random.nextDouble()
					: 12.5 + 2.2 * this.random.nextGaussian();
			long nanos = (long) (Math.max(0, Math.min(23.3, hour)) * Duration.ofHours(1).toNanos());
			times.add(day.atTime(LocalTime.ofNanoOfDay(nanos)).toInstant(ZoneOffset.UTC));
		}
		return times;
	}

	private void tell(Instant time, Entry... entries) {
		this.moments.add(new Moment(time, List.of(entries)));
	}

	private Entry entry(String actor, @Nullable String name, String action, String category, Outcome outcome,
			String type, String id, Entry.DataGroup data) {
		return entry(new UUID(this.random.nextLong(), this.random.nextLong()), this.now, actor, name, action, category,
				outcome, type, id, data);
	}

	private Entry entry(UUID operation, Instant time, String actor, @Nullable String name, String action,
			String category, Outcome outcome, String type, String id, Entry.DataGroup data) {
		return new Entry(
				new UUID(this.random.nextLong() & ~0xF000L | 0x7000, Long.MIN_VALUE | this.random.nextLong() >>> 2),
				time, "shop", "acme", operation, action, category,
				(outcome == Outcome.SUCCESS) ? Severity.INFO : Severity.ERROR, outcome, ActorType.USER, type, id, null,
				1_834L, "0af7651916cd43dd8448eb211c80319c", new Entry.ActorGroup(actor, name, null, "10.1.20.30",
						"Mozilla/5.0 (Windows NT 10.0) Firefox/142.0", "b7ad6b7169203331", null, null),
				data);
	}

	private Entry denial(int number) {
		return entry("mallory", "Mallory Quick", "payroll.export", "reporting", Outcome.DENIED, "Payroll",
				"2026-" + (number + 1), data("Payroll", null, "AccessDenied: only for accountants"));
	}

	private static Entry.DataGroup data(String name, @Nullable String message, @Nullable String error) {
		return new Entry.DataGroup(name, message, null, error, null, null, null, null, null);
	}

	/**
	 * Deep within a state something changed, and a text of which two words are others.
	 */
	private Entry approval() {
		String text = "The supplier delivers within ten days of the order, carriage paid, and takes back what is not used. "
				+ "Whatever is late by more than a week may be refused without further notice.";
		String before = """
				{"status":"IMPORTED","amount":1200.50,"address":{"city":"Oslo","lines":["Storgata 1","0155"]},"tags":["new","import"],"terms":"%s","approvedBy":null,"currency":"EUR"}"""
			.formatted(text);
		String after = """
				{"status":"APPROVED","amount":1180.00,"address":{"city":"Bergen","lines":["Storgata 1","0155","Floor 3"]},"tags":["new"],"terms":"%s","approvedBy":"kari","currency":"EUR"}"""
			.formatted(text.replace("ten days", "five days").replace("a week", "a fortnight"));
		return entry("kari", "Kari Nordmann", "transaction.approve", "billing", Outcome.SUCCESS, "Transaction",
				"NO-2026-1000",
				new Entry.DataGroup("Transaction NO-2026-1000", "Approved transaction NO-2026-1000",
						"The amount was agreed with the supplier by telephone", null, CanonicalJson.parse(before),
						CanonicalJson.parse(after),
						CanonicalJson
							.parse("""
									{"status":{"from":"IMPORTED","to":"APPROVED"},"amount":{"from":1200.50,"to":1180.00},"address.city":{"from":"Oslo","to":"Bergen"},"approvedBy":{"from":null,"to":"kari"}}"""),
						CanonicalJson.parse(
								"{\"request\":{\"method\":\"POST\",\"path\":\"/transactions/NO-2026-1000/approval\"}}"),
						CanonicalJson.parse("[{\"type\":\"Supplier\",\"id\":\"77\"}]")));
	}

	private static CanonicalJson state(String status, String amount, String city) {
		return CanonicalJson
			.parse("""
					{"status":"%s","amount":%s,"address":{"city":"%s","lines":["Storgata 1","0155"]},"tags":["new","import"],"approvedBy":null,"currency":"EUR"}"""
				.formatted(status, amount, city));
	}

	private Entry version(String action, String actor, @Nullable CanonicalJson before, CanonicalJson after) {
		return entry(actor, null, action, "billing", Outcome.SUCCESS, "Transaction", "NO-2026-1000",
				new Entry.DataGroup("Transaction NO-2026-1000", null, null, null, before, after, null, null, null));
	}

	private Entry[] imported(Instant time) {
		UUID operation = new UUID(this.random.nextLong(), this.random.nextLong());
		List<Entry> entries = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			entries.add(entry(operation, time, "importer", "Nightly import", "transaction.import", "billing",
					Outcome.SUCCESS, "Transaction", "NO-" + time.getEpochSecond() % 100_000 + "-" + i,
					data("Transaction " + i, "Imported transaction " + i, null)));
		}
		return entries.toArray(Entry[]::new);
	}

	private Entry failure() {
		return entry("maximiliane.von-und-zu-hohenlohe@example.com",
				"Maximiliane-Alexandra von und zu Hohenlohe-Schillingsfürst",
				"contract.terminate.without.notice.by.the.other.party.of.it", "contracts", Outcome.FAILURE,
				"CustomerRelationshipContract", "1", data("The contract with the long name of the year before last",
						null, "IllegalStateException: somebody else has it open since Tuesday, and will not close it"));
	}

	private Entry harm() {
		return entry("mallory", HARM, "file.upload", HARM, Outcome.SUCCESS, "File", HARM,
				data(HARM, "Uploaded " + HARM, null));
	}

	private Entry unseen() {
		return entry("zero\u200bwidth", "\u0430dmin", "file.rename", "files", Outcome.SUCCESS, "File", "7",
				data("invoice\u202efdp.exe", "Renamed to invoice\u202efdp.exe", null));
	}

	private Entry endless() {
		return entry("kari", "Kari Nordmann", "note.write", "crm", Outcome.SUCCESS, "Note", "9", data("A long note",
				"Donaudampfschifffahrtsgesellschaftskapitän".repeat(12) + " " + "said so. ".repeat(200), null));
	}

	/**
	 * What was recorded at once.
	 *
	 * @param time when
	 * @param entries the entries
	 */
	public record Moment(Instant time, List<Entry> entries) {

	}

}
