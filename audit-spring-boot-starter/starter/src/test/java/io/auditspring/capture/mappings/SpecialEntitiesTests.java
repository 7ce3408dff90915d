package io.auditspring.capture.mappings;

import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

import jakarta.persistence.Cacheable;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OneToOne;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;
import org.hibernate.annotations.GeneratedColumn;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.NotFound;
import org.hibernate.annotations.NotFoundAction;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.annotations.SQLDelete;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.TenantId;
import org.hibernate.annotations.UuidGenerator;
import org.hibernate.envers.Audited;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Entities that are read-only, restricted, cached, of one tenant, or made and deleted by
 * the database: an entry shows what the row holds, or that nobody knows.
 */
class SpecialEntitiesTests {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static MappingsApplication application;

	@BeforeAll
	static void start() {
		application = new MappingsApplication();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static JsonNode part(Consumer<EntityManager> work, String type, String part) {
		return part(application.call(work), type, part);
	}

	private static JsonNode part(List<Map<String, Object>> entries, String type, String part) {
		List<Map<String, Object>> of = entries.stream()
			.filter((entry) -> type.equals(entry.get("target_type")))
			.toList();
		assertThat(of).as("%s in %s", type, entries).hasSize(1);
		return JSON.readTree(String.valueOf(of.get(0).get(part)));
	}

	private static JsonNode json(String json) {
		return JSON.readTree(json.replace('\'', '"'));
	}

	private static void expectNoState(List<Map<String, Object>> entries) {
		assertThat(entries).isNotEmpty().allSatisfy((entry) -> {
			assertThat(entry.get("before_state")).isNull();
			assertThat(entry.get("after_state")).isNull();
		});
	}

	private static List<String> deleted(List<Map<String, Object>> entries) {
		return entries.stream()
			.filter((entry) -> entry.get("before_state") != null && entry.get("after_state") == null)
			.map((entry) -> entry.get("target_type") + " " + entry.get("target_id"))
			.sorted()
			.toList();
	}

	private static <T> T selected(String sql, Class<T> type) {
		return application.log().jdbc().queryForObject(sql.replace("from ", "from special_entities_tests$"), type);
	}

	@Test
	void whatIsImmutableDoesNotChange() {
		application.prepare((entityManager) -> entityManager.persist(new Statute(1)));
		expectNoState(application.call((entityManager) -> entityManager.find(Statute.class, 1).text = "other"));
		assertThat(part((entityManager) -> entityManager.remove(entityManager.find(Statute.class, 1)), "Statute",
				"before_state"))
			.isEqualTo(json("{'id': 1, 'text': 'a'}"));
	}

	@Test
	void neitherDoesAnAttributeThatIs() {
		application.prepare((entityManager) -> entityManager.persist(new Ordinance(1)));
		assertThat(part((entityManager) -> {
			Ordinance ordinance = entityManager.find(Ordinance.class, 1);
			ordinance.origin = "elsewhere";
			ordinance.text = "b";
		}, "Ordinance", "changes")).isEqualTo(json("{'text': {'from': 'a', 'to': 'b'}}"));
		assertThat(selected("select origin from ordinance where id = 1", String.class)).isEqualTo("here");
	}

	@Test
	void aCollectionThatIsImmutableFailsTheCall() {
		application.prepare((entityManager) -> entityManager.persist(new Ordinance(2)));
		int earlier = (int) application.log().count();
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> application
			.callOnly((entityManager) -> entityManager.find(Ordinance.class, 2).signatures.add("bob")));
		List<Map<String, Object>> entries = application.entriesAfter(earlier);
		assertThat(entries).extracting("outcome").containsExactly("failure");
		expectNoState(entries);
	}

	@Test
	void whatASessionMayOnlyReadDoesNotChangeEither() {
		application.prepare((entityManager) -> entityManager.persist(new Ordinance(3)));
		expectNoState(application.call((entityManager) -> {
			Ordinance ordinance = entityManager.find(Ordinance.class, 3);
			entityManager.unwrap(Session.class).setReadOnly(ordinance, true);
			ordinance.text = "b";
		}));
		assertThat(part((entityManager) -> entityManager.remove(entityManager.find(Ordinance.class, 3)), "Ordinance",
				"before_state")
			.get("text")).isEqualTo(json("'a'"));
	}

	@Test
	void whatAnUpdateHidesInsteadOfADeleteIsDeleted() {
		application.prepare((entityManager) -> entityManager.persist(new Memo(1)));
		List<Map<String, Object>> entries = application
			.call((entityManager) -> entityManager.remove(entityManager.find(Memo.class, 1)));
		assertThat(part(entries, "Memo", "before_state")).isEqualTo(json("{'id': 1, 'text': 'a', 'words': ['long']}"));
		assertThat(part(entries, "Memo", "after_state")).isEqualTo(json("null"));
	}

	@Test
	void aRestrictedCollectionShowsWhatWasLoadedAndWhatCame() {
		application.prepare((entityManager) -> entityManager.persist(new Memo(2)));
		application.prepare((entityManager) -> entityManager.find(Memo.class, 2).words.add("x"));
		assertThat(part((entityManager) -> entityManager.find(Memo.class, 2).words.add("other"), "Memo", "changes"))
			.isEqualTo(json("{'words': {'from': ['long'], 'to': ['long', 'other']}}"));
		assertThat(selected("select count(*) from memo_words w where w::text like '(2,%'", Long.class)).isEqualTo(3);
	}

	@Test
	void aTenantIsShownAndSeesItsOwn() {
		application.as("south");
		try {
			assertThat(part((entityManager) -> entityManager.persist(new Lease(1)), "Lease", "after_state"))
				.isEqualTo(json("{'id': 1, 'tenant': 'south', 'rent': 5}"));
			assertThat(part((entityManager) -> entityManager.find(Lease.class, 1).rent = 7, "Lease", "changes"))
				.isEqualTo(json("{'rent': {'from': 5, 'to': 7}}"));
		}
		finally {
			application.as("north");
		}
		expectNoState(application.call((entityManager) -> assertThat(entityManager.find(Lease.class, 1)).isNull()));
	}

	@Test
	void whatComesFromTheCacheIsShownAsItsRowHoldsIt() {
		JsonNode after = part((entityManager) -> {
			entityManager.persist(new Gauge(11));
			Gauge gauge = new Gauge(1);
			gauge.next = entityManager.getReference(Gauge.class, 11);
			gauge.marks.add("low");
			entityManager.persist(gauge);
		}, "Gauge", "after_state", 1);
		application.prepare((entityManager) -> entityManager.find(Gauge.class, 1).marks.size());
		long hits = hits();
		JsonNode before = part((entityManager) -> {
			Gauge gauge = entityManager.find(Gauge.class, 1);
			gauge.marks.size();
			gauge.level = new BigDecimal("2.005");
		}, "Gauge", "before_state", 1);
		assertThat(before).isEqualTo(after);
		assertThat(part((entityManager) -> {
			Gauge gauge = entityManager.find(Gauge.class, 1);
			gauge.level = new BigDecimal("3");
			gauge.next = null;
			gauge.marks.add("high");
		}, "Gauge", "changes", 1)).isEqualTo(json("""
				{'level': {'from': 2.01, 'to': 3}, 'next': {'from': 11, 'to': null},
				'marks': {'from': ['low'], 'to': ['high', 'low']}}"""));
		assertThat(hits()).isGreaterThanOrEqualTo(hits + 3);
	}

	private static long hits() {
		return application.factory().unwrap(SessionFactory.class).getStatistics().getSecondLevelCacheHitCount();
	}

	private static JsonNode part(Consumer<EntityManager> work, String type, String part, long id) {
		List<Map<String, Object>> entries = application.call(work);
		return part(entries.stream().filter((entry) -> String.valueOf(id).equals(entry.get("target_id"))).toList(),
				type, part);
	}

	// Envers has a row of each child that Hibernate itself counts as deleted.
	@Test
	void whatTheDatabaseDeletesAlongHasAnEntryWhereHibernateKnowsIt() {
		application.prepare((entityManager) -> {
			Trunk trunk = new Trunk(1);
			entityManager.persist(trunk);
			entityManager.persist(new Twig(1, trunk));
			entityManager.persist(new Twig(2, trunk));
		});
		List<Map<String, Object>> entries = application
			.call((entityManager) -> entityManager.remove(entityManager.find(Trunk.class, 1)));
		List<String> byEnvers = application.log().jdbc().queryForList("""
				select 'Twig ' || id from special_entities_tests$twig_aud where revtype = 2
				union all select 'Trunk ' || id from special_entities_tests$trunk_aud where revtype = 2
				order by 1""", String.class);
		assertThat(deleted(entries)).isEqualTo(byEnvers);
		assertThat(selected("select count(*) from twig", Long.class)).isZero();
	}

	// https://github.com/hibernate/hibernate-orm/pull/2017 (HHH-11965)
	@Test
	void anOrphanThatNobodyLoadedIsShownAsItWas() {
		application.prepare((entityManager) -> {
			Wagon wagon = new Wagon(1);
			wagon.load = new Load(1);
			entityManager.persist(wagon);
		});
		List<Map<String, Object>> entries = application
			.call((entityManager) -> entityManager.find(Wagon.class, 1).load = new Load(2));
		assertThat(part(entries, "Wagon", "changes")).isEqualTo(json("{'load': {'from': 1, 'to': 2}}"));
		assertThat(entries).filteredOn((entry) -> "Load".equals(entry.get("target_type")))
			.extracting((entry) -> entry.get("before_state") + " " + entry.get("after_state"))
			.containsExactlyInAnyOrder("{\"id\": 1, \"weight\": 9} null", "null {\"id\": 2, \"weight\": 9}");
	}

	@Test
	void whatIsGeneratedIsShownAsTheRowHasIt() {
		JsonNode after = part((entityManager) -> entityManager.persist(new Slip()), "Slip", "after_state");
		UUID id = selected("select id from slip", UUID.class);
		assertThat(after).isEqualTo(json("{'id': '%s', 'amount': 2, 'doubled': 4}".formatted(id)));
		assertThat(part((entityManager) -> entityManager.find(Slip.class, id).amount = 3, "Slip", "changes"))
			.isEqualTo(json("{'amount': {'from': 2, 'to': 3}, 'doubled': {'from': 4, 'to': 6}}"));
	}

	@Test
	void aReferenceByAnotherColumnIsTheIdentifier() {
		application.prepare((entityManager) -> {
			entityManager.persist(new Depot(1, "D-1"));
			entityManager.persist(new Depot(2, "D-2"));
		});
		assertThat(part((entityManager) -> {
			Crate crate = new Crate(1);
			crate.depot = entityManager.find(Depot.class, 1);
			entityManager.persist(crate);
		}, "Crate", "after_state")).isEqualTo(json("{'id': 1, 'depot': 1, 'weight': 0}"));
		assertThat(
				part((entityManager) -> entityManager.find(Crate.class, 1).depot = entityManager.find(Depot.class, 2),
						"Crate", "changes"))
			.isEqualTo(json("{'depot': {'from': 1, 'to': 2}}"));
	}

	// The row goes on referring to what is gone until it is written.
	@Test
	void whatARowRefersToAndIsMissingIsNothing() {
		application.prepare((entityManager) -> {
			Parcel parcel = new Parcel(1);
			entityManager.persist(parcel);
		});
		application.log().jdbc().update("update special_entities_tests$parcel set sender_id = 99 where id = 1");
		assertThat(part((entityManager) -> entityManager.find(Parcel.class, 1).weight = 3, "Parcel", "before_state"))
			.isEqualTo(json("{'id': 1, 'sender': null, 'weight': 0}"));
	}

	@Test
	void aCompositeIdentifierMayReferToAnother() {
		application.prepare((entityManager) -> {
			Hall hall = new Hall(new HallId("A", 1));
			entityManager.persist(hall);
			entityManager.persist(new Stall(hall, 7));
		});
		List<Map<String, Object>> entries = application
			.call((entityManager) -> entityManager.createQuery("from SpecialEntitiesTests$Stall", Stall.class)
				.getSingleResult().owner = "Ann");
		assertThat(part(entries, "Stall", "before_state"))
			.isEqualTo(json("{'hall': {'building': 'A', 'floor': 1}, 'place': 7, 'owner': null}"));
		assertThat(entries).extracting("target_id")
			.containsExactly("{\"hall\":{\"building\":\"A\",\"floor\":1},\"place\":7}");
	}

	@Entity
	@Audited
	@Immutable
	static class Statute {

		@Id
		long id;

		String text = "a";

		Statute() {
		}

		Statute(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Ordinance {

		@Id
		long id;

		@Immutable
		String origin = "here";

		String text = "a";

		@Immutable
		@ElementCollection
		List<String> signatures = new ArrayList<>(List.of("ann"));

		Ordinance() {
		}

		Ordinance(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	@SQLDelete(sql = "update special_entities_tests$memo set gone = true where id = ?")
	@SQLRestriction("gone is not true")
	static class Memo {

		@Id
		long id;

		String text = "a";

		@org.hibernate.envers.NotAudited
		Boolean gone;

		@ElementCollection(fetch = FetchType.EAGER)
		@SQLRestriction("length(words) > 1")
		Set<String> words = new HashSet<>(Set.of("long"));

		Memo() {
		}

		Memo(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Lease {

		@Id
		long id;

		@TenantId
		String tenant;

		int rent = 5;

		Lease() {
		}

		Lease(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	@Cacheable
	@Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
	static class Gauge {

		@Id
		long id;

		@Column(precision = 19, scale = 2)
		BigDecimal level = new BigDecimal("1.005");

		Instant at = Instant.parse("2026-11-21T09:46:01.123456789Z");

		@ElementCollection
		@Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
		Set<String> marks = new HashSet<>();

		@ManyToOne(fetch = FetchType.LAZY)
		Gauge next;

		Gauge() {
		}

		Gauge(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Trunk {

		@Id
		long id;

		@OneToMany(mappedBy = "trunk", cascade = CascadeType.ALL)
		@OnDelete(action = OnDeleteAction.CASCADE)
		List<Twig> twigs = new ArrayList<>();

		Trunk() {
		}

		Trunk(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Twig {

		@Id
		long id;

		@ManyToOne
		@OnDelete(action = OnDeleteAction.CASCADE)
		Trunk trunk;

		Twig() {
		}

		Twig(long id, Trunk trunk) {
			this.id = id;
			this.trunk = trunk;
		}

	}

	@Entity
	@Audited
	static class Wagon {

		@Id
		long id;

		@OneToOne(fetch = FetchType.LAZY, cascade = CascadeType.ALL, orphanRemoval = true)
		Load load;

		Wagon() {
		}

		Wagon(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Load {

		@Id
		long id;

		int weight = 9;

		Load() {
		}

		Load(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Slip {

		@Id
		@UuidGenerator
		UUID id;

		int amount = 2;

		@GeneratedColumn("amount * 2")
		Integer doubled;

	}

	@Entity
	@Audited
	static class Depot {

		@Id
		long id;

		@Column(unique = true)
		String code;

		Depot() {
		}

		Depot(long id, String code) {
			this.id = id;
			this.code = code;
		}

	}

	@Entity
	@Audited
	static class Crate {

		@Id
		long id;

		@ManyToOne
		@JoinColumn(name = "depot_code", referencedColumnName = "code")
		Depot depot;

		int weight;

		Crate() {
		}

		Crate(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Parcel {

		@Id
		long id;

		@ManyToOne
		@NotFound(action = NotFoundAction.IGNORE)
		@JoinColumn(name = "sender_id")
		Depot sender;

		int weight;

		Parcel() {
		}

		Parcel(long id) {
			this.id = id;
		}

	}

	@Embeddable
	record HallId(String building, int floor) implements Serializable {

	}

	@Entity
	@Audited
	static class Hall {

		@EmbeddedId
		HallId id;

		Hall() {
		}

		Hall(HallId id) {
			this.id = id;
		}

	}

	record StallId(HallId hall, int place) implements Serializable {

	}

	@Entity
	@Audited
	@IdClass(StallId.class)
	static class Stall {

		@Id
		@ManyToOne
		Hall hall;

		@Id
		int place;

		String owner;

		Stall() {
		}

		Stall(Hall hall, int place) {
			this.hall = hall;
			this.place = place;
		}

	}

}
