package io.auditspring.query;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is rare, and found by no index, is looked for among so many entries at a time:
 * among 50 here, where it is a hundred thousand elsewhere.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LookTests {

	private static final int MOST = 50;

	private static final AuditQuery RARE = AuditQuery.all().metadata("mark", "rare");

	private final LedgerDatabase database = LedgerDatabase.create();

	private final PersistenceUnit unit = PersistenceUnit.with(this.database);

	private final AuditTrail trail = new JpaAuditTrail(this.unit.entityManager(),
			new LedgerVerifier(this.database.dataSource(), this.database.schema()));

	private final EntryPages pages = new EntryPages(this.unit.entityManager(), MOST);

	@BeforeAll
	void write() {
		for (int batch = 0; batch < 12; batch++) {
			if (batch % 4 == 1) {
				this.database.append("main", Entries.withMetadata("{\"mark\":\"rare\"}"));
			}
			this.database.append((batch % 2 == 0) ? "main" : "other", Entries.entries(20));
			this.database.append("main", Entries.bare("bare"), Entries.bare("bare"));
		}
		this.database.append("main", Entries.entry("cart.clear", "Cart", "1", "john"));
	}

	@AfterAll
	void close() {
		this.unit.close();
		TestDatabase.drop(this.database.dataSource());
	}

	@Test
	void aPageEndsEarlyAndSaysWhereAndThePagesAfterItGoOnToTheEnd() {
		AuditTrail.Look first = this.pages.look(RARE);
		assertThat(first.entries()).isEmpty();
		assertThat(first.next()).isNotNull();
		assertThat(first.until()).isBefore(Instant.now());
		assertThat(this.trail.stream(AuditQuery.all().from(first.until()))).hasSizeBetween(MOST, MOST + 25);
		for (AuditQuery query : List.of(RARE, RARE.oldestFirst(), RARE.limit(1), RARE.withoutStates(),
				AuditQuery.all().chain("other").without((other) -> other.actions("order.*")),
				AuditQuery.all().without((other) -> other.action("order.pay.7")).oldestFirst(),
				AuditQuery.all().actorType(ActorType.AGENT))) {
			assertThat(all(query)).isEqualTo(this.trail.stream(query).map(AuditEntry::getId).toList());
		}
		assertThat(all(RARE)).hasSize(3);
	}

	/** There is no room for all that is found before looking ends. */
	@Test
	void nothingIsLostWhereAPageEndsForWantOfRoomAndOfTime() {
		LedgerDatabase ledger = LedgerDatabase.create();
		for (int i = 0; i < 4; i++) {
			ledger.append("main", Entries.entries(20));
		}
		for (int i = 0; i < 12; i++) {
			ledger.append((i % 2 == 0) ? "main" : "other",
					Entries.withMetadata("{\"mark\":\"long\",\"text\":\"%s\"}".formatted("x".repeat(900_000))));
			ledger.append("main", Entries.bare("bare"), Entries.bare("bare"), Entries.bare("bare"));
		}
		for (int i = 0; i < 4; i++) {
			ledger.append("other", Entries.entries(20));
		}
		try (PersistenceUnit other = PersistenceUnit.with(ledger)) {
			EntryPages looking = new EntryPages(other.entityManager(), MOST);
			AuditTrail whole = new JpaAuditTrail(other.entityManager(),
					new LedgerVerifier(ledger.dataSource(), ledger.schema()));
			AuditQuery found = AuditQuery.all().metadata("mark", "long");
			for (AuditQuery query : List.of(found, found.oldestFirst(), found.limit(10),
					AuditQuery.all().action("order.pay").without((unwanted) -> unwanted.changed("nothing")))) {
				assertThat(all(looking, query)).hasSize(12)
					.isEqualTo(whole.stream(query).map(AuditEntry::getId).toList());
			}
		}
		TestDatabase.drop(ledger.dataSource());
	}

	private List<UUID> all(AuditQuery query) {
		return all(this.pages, query);
	}

	private static List<UUID> all(EntryPages pages, AuditQuery query) {
		List<UUID> found = new ArrayList<>();
		AuditTrail.Look look = pages.look(query);
		for (int i = 0; i < 400; i++) {
			look.entries().forEach((entry) -> found.add(entry.getId()));
			if (look.next() == null) {
				return found;
			}
			look = pages.look(query.after(look.next()));
		}
		throw new AssertionError("It never ends: " + look);
	}

	@Test
	void whoIsNotToldOfPagesThatEndEarlyHasNone() {
		assertThat(this.trail.find(RARE)).hasSize(3);
		assertThat(this.trail.stream(RARE)).hasSize(3);
		assertThat(this.trail.look(RARE)).satisfies((look) -> {
			assertThat(look.entries()).hasSize(3);
			assertThat(look.next()).isNull();
			assertThat(look.until()).isNull();
		});
		assertThat(this.trail.look(RARE.limit(2)).next()).isNotNull();
	}

	@Test
	void whatAnotherFilterLeavesByItsIndexIsLookedAtToTheEndIfItIsLittle() {
		for (UnaryOperator<AuditQuery> little : List.<UnaryOperator<AuditQuery>>of((query) -> query.actor("john"),
				(query) -> query.target("Cart", 1), (query) -> query.targetType("Cart", "Basket"),
				(query) -> query.action("order.pay.7"), (query) -> query.ip("192.0.2.0/24"),
				(query) -> query.withoutTenant(), (query) -> query.actorOrTried(Actor.user("john")))) {
			assertThat(this.pages.look(little.apply(RARE)).until()).isNull();
		}
		for (UnaryOperator<AuditQuery> much : List.<UnaryOperator<AuditQuery>>of((query) -> query.actor("jane"),
				(query) -> query.target("Order", 42), (query) -> query.targetType("Order", "Basket"),
				(query) -> query.text("order"), (query) -> query.chain("main"), (query) -> query.tenant("acme"),
				(query) -> query.actorOrTried(Actor.user("jane")))) {
			assertThat(this.pages.look(much.apply(RARE)).until()).isNotNull();
		}
	}

	@Test
	void whatAnIndexFindsIsLookedForToTheEnd() {
		assertThat(this.pages.look(AuditQuery.all().ip("192.0.2.0/24", "10.0.0.0/30")).until()).isNull();
		assertThat(this.pages.look(AuditQuery.all().related("Nothing", 1)).until()).isNull();
		assertThat(this.pages.look(AuditQuery.all().text("absent")).until()).isNotNull();
		LedgerDatabase indexed = LedgerDatabase.create();
		indexed.append("main", Entries.entries(60));
		indexed.append("main", Entries.entries(60));
		indexed.execute("create index on audit.audit_log using gin (metadata jsonb_path_ops)");
		indexed.execute("select audit.audit_index_words()");
		try (PersistenceUnit other = PersistenceUnit.with(indexed)) {
			EntryPages looking = new EntryPages(other.entityManager(), MOST);
			assertThat(looking.look(AuditQuery.all().text("absent")).until()).isNull();
			assertThat(looking.look(RARE).until()).isNull();
			assertThat(looking.look(RARE.changed("nothing")).until()).isNull();
			assertThat(looking.look(AuditQuery.all().changed("nothing")).until()).isNotNull();
			assertThat(looking.look(AuditQuery.all().text("order").changed("nothing")).until()).isNotNull();
		}
		TestDatabase.drop(indexed.dataSource());
	}

	/** When others did something is not for those to know who read of one tenant. */
	@Test
	void theTimeThatIsToldIsThatOfAnEntryOfTheTenant() {
		for (AuditQuery wanted : List.of(RARE.tenant("acme"), RARE.tenant("acme").target("Order", 42))) {
			Instant until = this.pages.look(wanted).until();
			assertThat(until).isNotNull();
			assertThat(this.trail.stream(AuditQuery.all().tenant("acme")))
				.anyMatch((entry) -> entry.getRecordedAt().equals(until));
		}
		assertThat(this.pages.look(RARE.tenant("nobody").tenant("acme")).until()).isNull();
	}

	/**
	 * How much others did decides neither how far entries of a tenant are counted nor
	 * whether a page of them ends early.
	 */
	@Test
	void howFarIsLookedInATenantIsDecidedByItsOwnEntries() {
		LedgerDatabase ledger = LedgerDatabase.create();
		ledger.append("main", of("acme", "pay", 10));
		ledger.append("main", of("acme", "ship", MOST));
		AuditQuery acme = AuditQuery.all().tenant("acme");
		try (PersistenceUnit other = PersistenceUnit.with(ledger)) {
			EntryPages looking = new EntryPages(other.entityManager(), MOST);
			AuditQuery recent = AuditQuery.all().tenant("initech").text("order");
			assertThat(looking.searchable(recent)).isNull();
			assertThat(looking.look(acme.action("pay").metadata("mark", "rare")).until()).isNull();
			ledger.append("main", of("initech", "pay", 10));
			ledger.append("main", of("umbrella", "pay", 2 * MOST));
			assertThat(looking.searchable(recent)).isNull();
			assertThat(looking.look(acme.action("pay").metadata("mark", "rare")).until()).isNull();
			assertThat(looking.searchable(acme.text("order"))).isNotNull();
		}
		TestDatabase.drop(ledger.dataSource());
	}

	private static List<Entry> of(String tenant, String action, int count) {
		return IntStream.range(0, count).mapToObj((i) -> {
			Entry entry = Entries.entry(action);
			return new Entry(entry.id(), entry.occurredAt(), null, tenant, entry.operation(), action, null,
					entry.severity(), entry.outcome(), entry.actorType(), null, null, null, null, null, entry.actor(),
					entry.data());
		}).toList();
	}

}
