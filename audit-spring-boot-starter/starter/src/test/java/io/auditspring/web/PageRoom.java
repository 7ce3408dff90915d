package io.auditspring.web;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import io.auditspring.RequestContext;
import io.auditspring.Severity;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import io.auditspring.signing.Checkpoints;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application with a trail and a browser to look at it: one for all tests of the page.
 */
final class PageRoom implements BeforeAllCallback {

	static final String ATTACK = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>";

	/** Shows its last four letters backwards, where it may. */
	static final String REVERSED = "invoice\u202efdp.exe";

	/** Begins with a Cyrillic letter. */
	static final String MIXED = "\u0430dmin";

	/** More than a double can tell from its neighbour. */
	static final String BIG = "9007199254740993";

	static final String BIGGER = "9007199254740994";

	static final String LONG = "12345678901234567890.12";

	private static final List<String> ACTIONS = List.of("report.read", "report.export", "report.share", "report.read");

	private static final List<String> REPORTS = List.of("Quarterly revenue", "Open invoices", "Payroll", "Churn",
			"Access review");

	private static final List<String> PEOPLE = List.of("Ada Berg", "Omar Diaz", "Mei Lin", "Ravi Shah", "Eva Novak",
			"Tom Hale", "Lina Fox");

	@Override
	public void beforeAll(ExtensionContext test) {
		if (Browser.isPresent()) {
			Shared shared = test.getRoot()
				.getStore(ExtensionContext.Namespace.GLOBAL)
				.computeIfAbsent(Shared.class, (key) -> Shared.open(), Shared.class);
			PageVisit.enter(shared.context(), shared.browser());
		}
	}

	private static void fill(ConfigurableApplicationContext context) throws Exception {
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		OrderService orders = context.getBean(OrderService.class);
		AuditContext.runAs(Actor.user("jane", "Jane Roe"), () -> {
			long id = orders.create("2026-1", new BigDecimal("12.50")).getId();
			return orders.pay(id, "4711");
		});
		AuditContext.runAs(Actor.user("storer"),
				() -> orders.pay(orders.create(ATTACK, new BigDecimal("1")).getId(), ATTACK));
		for (int i = 0; i < 150; i++) {
			recorder.record(AuditRecord.action(ACTIONS.get(i % 4))
				.actor(Actor.user("user" + i % 7, PEOPLE.get(i % 7)))
				.target("Report", i % 5)
				.targetName(REPORTS.get(i % 5))
				.category("reporting")
				.request(RequestContext.from("10.0.%d.%d".formatted(i % 5, i % 7)))
				.message("%s, edition %d".formatted(REPORTS.get(i % 5), i))
				.outcome((i % 9 == 0) ? Outcome.DENIED : (i % 13 == 0) ? Outcome.FAILURE : Outcome.SUCCESS)
				.build());
		}
		recorder.record(attack());
		odd().forEach((record) -> recorder.record(record.build()));
		AuditLog log = new AuditLog(context.getBean(DataSource.class));
		log.await(155 + odd().size());
		context.getBean(Checkpoints.class).create("main");
		accounts().forEach((record) -> recorder.record(record.build()));
		for (int i = 0; i < 102; i++) {
			recorder.record(AuditRecord.action((i == 0) ? "gauge.first" : "gauge.read")
				.actor(Actor.user("reader"))
				.target("Gauge", 1)
				.build());
		}
		log.settled();
	}

	/** What was done to one account. */
	private static List<AuditRecord.Builder> accounts() {
		Map<String, Object> opened = Map.of("number", Long.valueOf(BIG), "balance", new BigDecimal(LONG), "bank", "A");
		Map<String, Object> renumbered = Map.of("number", Long.valueOf(BIGGER), "balance", new BigDecimal(LONG), "bank",
				"A");
		return List.of(account("account.open").after(opened),
				account("account.close").outcome(Outcome.DENIED).error("Not yours"),
				account("account.renumber").request(RequestContext.from("2001:db8::42:0:0"))
					.before(opened)
					.after(renumbered)
					.metadata("reference", Long.valueOf(BIG)),
				account("account.delete").before(renumbered));
	}

	private static AuditRecord.Builder account(String action) {
		return AuditRecord.action(action).actor(Actor.user("banker")).target("Account", 7);
	}

	private static AuditRecord attack() {
		return AuditRecord.action(ATTACK)
			.actor(Actor.user("mallory", ATTACK))
			.category(ATTACK)
			.severity(Severity.CRITICAL)
			.target(ATTACK, "1")
			.targetName(ATTACK)
			.message(ATTACK)
			.justification(ATTACK)
			.error(ATTACK)
			.related(ATTACK, ATTACK)
			.metadata(ATTACK, Map.of(ATTACK, ATTACK))
			.metadata("request", Map.of("method", ATTACK, "path", ATTACK))
			.build();
	}

	private static List<AuditRecord.Builder> odd() {
		Actor traveller = Actor.user("traveller");
		Instant now = Instant.now();
		return List.of(
				AuditRecord.action("device.sync")
					.actor(traveller)
					.message("was offline")
					.occurredAt(now.minus(Duration.ofDays(10))),
				AuditRecord.action("device.sync")
					.actor(traveller)
					.message("has a wrong clock")
					.occurredAt(now.plus(Duration.ofDays(2))),
				AuditRecord.action("device.sync").actor(traveller).message("is in time"),
				AuditRecord.action("ticket.close")
					.actor(Actor.user("customer", "Nora Vik").impersonatedBy("helper"))
					.target("Ticket", 31)
					.targetName("No sound")
					.metadata("a.name:with-both", "x")
					.request(RequestContext.from("192.0.2.9").withUserAgent("Mozilla/5.0 (X11; Linux) Firefox/140.0")),
				AuditRecord.action("file.upload")
					.actor(Actor.user("zero\u200bwidth", MIXED))
					.target("File", REVERSED)
					.targetName(REVERSED)
					.message("Uploaded " + REVERSED)
					.justification(REVERSED)
					.related(REVERSED, REVERSED)
					.metadata(REVERSED, Map.of(REVERSED, REVERSED)),
				AuditRecord.action("contract.terminate.without.notice.by.the.other.party.of.it")
					.actor(Actor.user("maximiliane.von-und-zu-hohenlohe@example.com",
							"Maximiliane-Alexandra von und zu Hohenlohe-Schillingsfürst"))
					.severity(Severity.CRITICAL)
					.outcome(Outcome.FAILURE)
					.target("CustomerRelationshipContract", 1)
					.targetName("The contract with the long name of the year before last")
					.message("Contract terminated. ".repeat(100))
					.error("IllegalStateException: somebody else has it open"));
	}

	/**
	 * What the tests share.
	 *
	 * @param context the application
	 * @param browser the browser
	 */
	private record Shared(ConfigurableApplicationContext context, Browser browser) implements AutoCloseable {

		static Shared open() {
			try {
				Path directory = Files.createTempDirectory(Path.of("target"), "page");
				ConfigurableApplicationContext context = WebFixture.application(ShopConfiguration.class)
					.properties("spring.jpa.hibernate.ddl-auto=create", "audit.checkpoint.origin=example.com/shop",
							"audit.checkpoint.interval=1h", "audit.verification.interval=1h",
							"audit.checkpoint.generate-key=true",
							"audit.checkpoint.private-key-location=file:" + directory.resolve("key.pem"))
					.run();
				fill(context);
				return new Shared(context, Browser.open());
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void close() {
			this.browser.close();
			this.context.close();
		}

	}

}
