package io.auditspring.query;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.Window;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Entries may be thousands of times as long as others. However many are asked for, no
 * more are read than there is room for, none is lost, and none comes twice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LongEntriesTests {

	private static final int ROOM = 8_000_000;

	private static final int LONG = 900_000;

	private final LedgerDatabase database = LedgerDatabase.create();

	private final StatementLog log = new StatementLog();

	private final PersistenceUnit unit = PersistenceUnit.watched(this.database, this.log);

	private final AuditTrail trail = new JpaAuditTrail(this.unit.entityManager(),
			new LedgerVerifier(this.database.dataSource(), this.database.schema()));

	/** Long ones behind short ones; some of them PostgreSQL stores in next to nothing. */
	@BeforeAll
	void write() {
		this.database.append("main", Entries.entries(40));
		for (int i = 0; i < 24; i++) {
			this.database.append((i % 3 != 0) ? "other" : "main", Entries.withMetadata(
					"{\"text\":\"%s\"}".formatted((i % 2 == 0) ? "x".repeat(LONG) : noise(LONG, new Random(i)))));
		}
		this.database.append("main", Entries.withMetadata("{\"text\":\"%s\"}".formatted("y".repeat(ROOM))));
		this.database.append("main", Entries.entries(200));
	}

	private static String noise(int length, Random random) {
		StringBuilder noise = new StringBuilder(length);
		random.ints(length, 'a', 'z' + 1).forEach((letter) -> noise.append((char) letter));
		return noise.toString();
	}

	@AfterAll
	void close() {
		this.unit.close();
		TestDatabase.drop(this.database.dataSource());
	}

	@BeforeEach
	void forget() {
		this.log.takeAll();
	}

	/** Each is read in another way. */
	static Stream<AuditQuery> queries() {
		AuditQuery all = AuditQuery.all().limit(AuditQuery.MAX_LIMIT);
		return Stream.of(all, all.oldestFirst(), all.actor("jane", "nobody"), all.actor(Actor.user("jane")),
				all.text("42"), all.chain("main"), all.chain("other").oldestFirst(), all.withoutStates(),
				all.action("order.pay"), all.without((other) -> other.changed("nothing")).oldestFirst());
	}

	@ParameterizedTest
	@MethodSource("queries")
	void aPageEndsWhereThereIsNoRoomForMore(AuditQuery query) {
		List<UUID> ids = new ArrayList<>();
		AuditTrail.Look page = this.trail.look(query);
		int pages = 1;
		while (true) {
			assertThat(page.until()).isNull();
			assertThat(page.entries()).isNotEmpty();
			assertThat(page.entries().size() == 1 || characters(page.entries()) <= ROOM).isTrue();
			assertThat(page.entries()).allMatch(LongEntriesTests::isWhole);
			page.entries().forEach((entry) -> ids.add(entry.getId()));
			if (page.next() == null) {
				break;
			}
			page = this.trail.look(query.after(page.next()));
			pages++;
		}
		// What is not read takes no room.
		assertThat(pages > 1).isEqualTo(query.unread().isEmpty());
		assertThat(ids).doesNotHaveDuplicates().isEqualTo(ids(query));
		assertThat(this.trail.stream(query).map(AuditEntry::getId).toList()).isEqualTo(ids);
	}

	@Test
	void pagesLeadBackAsWell() {
		AuditQuery query = AuditQuery.all().chain("main").limit(AuditQuery.MAX_LIMIT);
		AuditEntry oldest = this.trail.find(query.oldestFirst().limit(1)).getContent().get(0);
		KeysetScrollPosition end = (KeysetScrollPosition) this.trail.find(query.id(oldest.getId())).positionAt(0);
		List<UUID> ids = new ArrayList<>(List.of(oldest.getId()));
		AuditTrail.Look page = this.trail.look(query.after(end.backward()));
		while (true) {
			List<UUID> read = new ArrayList<>(page.entries().stream().map(AuditEntry::getId).toList());
			assertThat(page.entries().size() == 1 || characters(page.entries()) <= ROOM).isTrue();
			Collections.reverse(read);
			ids.addAll(read);
			if (page.next() == null) {
				break;
			}
			page = this.trail.look(query.after(page.next()));
		}
		Collections.reverse(ids);
		assertThat(ids).isEqualTo(ids(query));
	}

	/** By pages of a size that always was whole. */
	private List<UUID> ids(AuditQuery query) {
		List<UUID> ids = new ArrayList<>();
		Window<AuditEntry> page = this.trail.find(query.limit(10));
		while (true) {
			page.forEach((entry) -> ids.add(entry.getId()));
			if (!page.hasNext()) {
				return ids;
			}
			page = this.trail.find(query.limit(10).after(page.positionAt(page.size() - 1)));
		}
	}

	private static boolean isWhole(AuditEntry entry) {
		return entry.getMessage() != null && entry.getChanges() != null && entry.getTargetName() != null;
	}

	private static long characters(List<AuditEntry> entries) {
		return entries.stream()
			.mapToLong((entry) -> Stream
				.of(entry.getMessage(), entry.getBefore(), entry.getAfter(), entry.getMetadata(), entry.getChanges())
				.filter(Objects::nonNull)
				.mapToLong((text) -> text.toString().length())
				.sum())
			.sum();
	}

	@Test
	void whatIsReadIsWhatIsThere() {
		AuditQuery query = AuditQuery.all().action("order.pay").limit(20);
		List<AuditEntry> found = new ArrayList<>(this.trail.find(query).getContent());
		List<AuditEntry> streamed = this.trail.stream(query).limit(20).toList();
		assertThat(streamed).hasSameSizeAs(found).allSatisfy((entry) -> {
			AuditEntry same = found.remove(0);
			assertThat(entry).usingRecursiveComparison().isEqualTo(same);
		});
	}

	@Test
	void aPageOfShortEntriesIsOneStatement() {
		AuditTrail.Look page = this.trail.look(AuditQuery.all());
		assertThat(page.entries()).hasSize(100);
		assertThat(this.log.takeAll()).hasSize(1);
	}

	/** PostgreSQL stores such texts in next to nothing. */
	@Test
	void noStatementGivesMoreThanThereIsRoomFor() {
		LedgerDatabase compressible = LedgerDatabase.create();
		for (int i = 0; i < 60; i++) {
			compressible.append("main", Entries.withMetadata("{\"text\":\"%s\"}".formatted("x".repeat(200_000))));
		}
		AuditQuery query = AuditQuery.all().limit(AuditQuery.MAX_LIMIT);
		try (PersistenceUnit other = PersistenceUnit.watched(compressible, this.log)) {
			AuditTrail long60 = new JpaAuditTrail(other.entityManager(),
					new LedgerVerifier(compressible.dataSource(), compressible.schema()));
			assertThat(long60.stream(query)).hasSize(60);
			assertThat(long60.look(query.limit(59)).entries()).hasSize(39);
			assertThat(long60.look(query.actor("jane", "nobody").limit(59)).entries()).hasSize(39);
		}
		assertThat(this.log.takeAll()).isNotEmpty()
			.allSatisfy((statement) -> assertThat(given(compressible, statement)).isLessThan(ROOM + LONG));
		TestDatabase.drop(compressible.dataSource());
	}

	/** How many characters the answer to a statement has. */
	private static long given(LedgerDatabase database, StatementLog.Executed statement) {
		String sql = statement.sql();
		for (String parameter : statement.parameters()) {
			sql = sql.replaceFirst("\\?", "'%s'".formatted(parameter));
		}
		String sum = "select coalesce(sum(length(rows::text)), 0) from (%s) rows".formatted(sql);
		return Long.parseLong(String.valueOf(database.query(sum)));
	}

	/** Until it is known how long they are, nothing of long texts is read. */
	@Test
	void whatIsLongIsReadByTheStatementAfterIt() {
		AuditQuery query = AuditQuery.all().action("order.pay").limit(AuditQuery.MAX_LIMIT);
		AuditTrail.Look page = this.trail.look(query.after(Objects.requireNonNull(this.trail.look(query).next())));
		assertThat(page.entries()).hasSize(8);
		assertThat(this.log.takeAll()).hasSize(4).satisfies((statements) -> {
			assertThat(statements.get(2).sql()).contains("pg_column_size");
			assertThat(statements.get(3).sql()).doesNotContain("pg_column_size");
		});
	}

}
