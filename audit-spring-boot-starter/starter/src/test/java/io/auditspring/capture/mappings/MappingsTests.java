package io.auditspring.capture.mappings;

import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.DiscriminatorColumn;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapsId;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import org.awaitility.Awaitility;
import org.hibernate.annotations.Any;
import org.hibernate.annotations.AnyDiscriminatorValue;
import org.hibernate.annotations.AnyKeyJavaClass;
import org.hibernate.annotations.ColumnDefault;
import org.hibernate.annotations.CreationTimestamp;
import org.hibernate.annotations.CurrentTimestamp;
import org.hibernate.annotations.DynamicInsert;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.Generated;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.ManyToAny;
import org.hibernate.annotations.NaturalId;
import org.hibernate.annotations.SoftDelete;
import org.hibernate.annotations.SourceType;
import org.hibernate.annotations.Struct;
import org.hibernate.annotations.UpdateTimestamp;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;
import org.hibernate.generator.EventType;
import org.hibernate.type.SqlTypes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Less common mappings: what an entry shows is what reading the row again shows.
 */
class MappingsTests {

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
		List<Map<String, Object>> entries = application.call(work)
			.stream()
			.filter((entry) -> type.equals(entry.get("target_type")))
			.toList();
		assertThat(entries).as(type).hasSize(1);
		return JSON.readTree(String.valueOf(entries.get(0).get(part)));
	}

	private static JsonNode json(String json) {
		return JSON.readTree(json.replace('\'', '"'));
	}

	private static void expectSame(Consumer<EntityManager> writing, Consumer<EntityManager> touching, String type) {
		JsonNode after = part(writing, type, "after_state");
		assertThat(part(touching, type, "before_state")).isEqualTo(after);
	}

	@Test
	void anEmbeddedValueWithoutAnyIsNone() {
		expectSame((entityManager) -> entityManager.persist(new Parlour(1, new Size())),
				(entityManager) -> entityManager.find(Parlour.class, 1).touched++, "Parlour");
		assertThat(part((entityManager) -> {
			Parlour parlour = entityManager.find(Parlour.class, 1);
			parlour.size = new Size();
			parlour.touched++;
		}, "Parlour", "changes")).isEqualTo(json("{'touched': {'from': 1, 'to': 2}}"));
		assertThat(part((entityManager) -> entityManager.find(Parlour.class, 1).size = new Size(3, null), "Parlour",
				"changes"))
			.isEqualTo(json("{'size': {'from': null, 'to': {'height': null, 'width': 3}}}"));
	}

	@Test
	void soItIsWithRecordsAndNestedOnes() {
		expectSame((entityManager) -> entityManager.persist(new Studio(1)), (entityManager) -> {
			Studio studio = entityManager.find(Studio.class, 1);
			studio.doors.size();
			studio.touched++;
		}, "Studio");
	}

	// Envers does not start with one that is audited.
	@Test
	void aReferenceToAnythingIsNotAudited() {
		application.prepare((entityManager) -> entityManager.persist(new Parlour(2, null)));
		assertThat(part((entityManager) -> {
			Tag tag = new Tag(1);
			tag.on = entityManager.find(Parlour.class, 2);
			tag.all.add(tag.on);
			entityManager.persist(tag);
		}, "Tag", "after_state")).isEqualTo(json("{'id': 1, 'touched': 0}"));
	}

	@Test
	void aNaturalIdMayChange() {
		application.prepare((entityManager) -> entityManager.persist(new Resident(1, "a-1")));
		assertThat(
				part((entityManager) -> entityManager.find(Resident.class, 1).passport = "b-2", "Resident", "changes"))
			.isEqualTo(json("{'passport': {'from': 'a-1', 'to': 'b-2'}}"));
	}

	@Test
	void whatTheDatabaseMakesIsShownWhereHibernateReadsIt() {
		expectSame((entityManager) -> entityManager.persist(new Made(1)),
				(entityManager) -> entityManager.find(Made.class, 1).amount = 1, "Made");
		JsonNode after = part((entityManager) -> entityManager.find(Made.class, 1).amount = 5, "Made", "after_state");
		assertThat(part((entityManager) -> entityManager.find(Made.class, 1).amount = 6, "Made", "before_state"))
			.isEqualTo(after);
	}

	@Test
	void whatAnInsertLeavesToTheDatabaseIsNotShownAsNothing() {
		assertThat(part((entityManager) -> entityManager.persist(new Defaulted(1)), "Defaulted", "after_state"))
			.isEqualTo(json("{'id': 1, 'name': null}"));
		assertThat(
				part((entityManager) -> entityManager.find(Defaulted.class, 1).name = "x", "Defaulted", "before_state"))
			.isEqualTo(json("{'id': 1, 'name': null, 'status': 'fresh'}"));
	}

	@Test
	void aStructIsShownByItsMembers() {
		expectSame((entityManager) -> entityManager.persist(new Route(1, new Spot(1, "x"))),
				(entityManager) -> entityManager.find(Route.class, 1).touched++, "Route");
		assertThat(
				part((entityManager) -> entityManager.find(Route.class, 1).spot = new Spot(2, "x"), "Route", "changes"))
			.isEqualTo(json("{'spot': {'from': {'name': 'x', 'place': 1}, 'to': {'name': 'x', 'place': 2}}}"));
	}

	@Test
	void anEmbeddedValueInOneColumnIsShownAsItIsRead() {
		expectSame((entityManager) -> {
			Route route = new Route(2, null);
			route.size = new Size();
			entityManager.persist(route);
		}, (entityManager) -> entityManager.find(Route.class, 2).touched++, "Route");
	}

	@Test
	void anIdentifierMayBeThatOfAParentAndMore() {
		Basket basket = new Basket(1);
		JsonNode after = part((entityManager) -> {
			entityManager.persist(basket);
			Item item = new Item(basket, 1);
			basket.items.add(item);
		}, "Item", "after_state");
		assertThat(after).isEqualTo(json("{'key': {'basketId': 1, 'line': 1}, 'basket': 1, 'amount': 0}"));
		assertThat(part((entityManager) -> entityManager.find(Item.class, new ItemKey(1, 1)).amount++, "Item",
				"before_state"))
			.isEqualTo(after);
	}

	@Test
	void aDetachedGraphThatIsMergedChangesWhatDiffers() {
		Basket basket = new Basket(2);
		application.prepare((entityManager) -> {
			entityManager.persist(basket);
			basket.items.add(new Item(basket, 1));
			basket.items.add(new Item(basket, 2));
		});
		Basket detached = new Basket(2);
		Item kept = new Item(detached, 2);
		kept.amount = 7;
		detached.items.add(kept);
		detached.items.add(new Item(detached, 3));
		List<Map<String, Object>> entries = application.call((entityManager) -> entityManager.merge(detached));
		assertThat(entries).filteredOn((entry) -> entry.get("target_type") != null)
			.extracting((entry) -> entry.get("target_type") + " " + entry.get("target_id") + " "
					+ (entry.get("before_state") != null) + " " + (entry.get("after_state") != null))
			.containsExactlyInAnyOrder("Item {\"basketId\":2,\"line\":1} true false",
					"Item {\"basketId\":2,\"line\":2} true true", "Item {\"basketId\":2,\"line\":3} false true");
		// Nor has Envers, as an identifier refers to it.
		assertThat(application.log()
			.jdbc()
			.queryForObject("select count(*) from mappings_tests$basket_aud where id = 2", Long.class)).isOne();
	}

	@Test
	void whatIsSoftlyDeletedIsDeleted() {
		application.prepare((entityManager) -> entityManager.persist(new Post(1)));
		List<Map<String, Object>> entries = application
			.call((entityManager) -> entityManager.remove(entityManager.find(Post.class, 1)));
		assertThat(entries).hasSize(1);
		assertThat(entries.get(0).get("after_state")).isNull();
		assertThat(JSON.readTree((String) entries.get(0).get("before_state")))
			.isEqualTo(json("{'id': 1, 'text': 'a'}"));
	}

	// One that is sealed Hibernate cannot make proxies of.
	@Test
	void aHierarchyHasTheNamesOfItsClasses() {
		expectSame((entityManager) -> entityManager.persist(new Disc(1)),
				(entityManager) -> entityManager.find(Figure.class, 1).touched++, "Disc");
	}

	@Test
	void whatIsClearedAndLoadedAgainIsOneChange() {
		application.prepare((entityManager) -> entityManager.persist(new Resident(2, "c")));
		assertThat(part((entityManager) -> {
			entityManager.find(Resident.class, 2).passport = "d";
			entityManager.flush();
			entityManager.clear();
			entityManager.find(Resident.class, 2).passport = "e";
			entityManager.flush();
			entityManager.refresh(entityManager.find(Resident.class, 2));
		}, "Resident", "changes")).isEqualTo(json("{'passport': {'from': 'c', 'to': 'e'}}"));
	}

	@Test
	void whatIsStaleChangedNothing() {
		application.prepare((entityManager) -> entityManager.persist(new Draft(1)));
		Draft stale = new Draft(1);
		application.prepare((entityManager) -> entityManager.find(Draft.class, 1).text = "newer");
		stale.text = "stale";
		int earlier = (int) application.log().count();
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> application.callOnly((entityManager) -> entityManager.merge(stale)));
		Awaitility.await().until(() -> application.log().staged() == 0);
		assertThat(application.log().entriesAfter(earlier)).singleElement().satisfies((entry) -> {
			assertThat(entry.get("outcome")).isEqualTo("failure");
			assertThat(entry.get("after_state")).isNull();
		});
	}

	@Embeddable
	static class Size {

		Integer width;

		Integer height;

		Size() {
		}

		Size(Integer width, Integer height) {
			this.width = width;
			this.height = height;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Size size && Objects.equals(this.width, size.width)
					&& Objects.equals(this.height, size.height);
		}

		@Override
		public int hashCode() {
			return Objects.hash(this.width, this.height);
		}

	}

	@Entity
	@Audited
	static class Parlour {

		@Id
		long id;

		int touched;

		Size size;

		Parlour() {
		}

		Parlour(long id, Size size) {
			this.id = id;
			this.size = size;
		}

	}

	@Embeddable
	record Light(String color, Integer watts) {

	}

	@Embeddable
	static class Room {

		String roomName;

		Light light;

	}

	@Entity
	@Audited
	static class Studio {

		@Id
		long id;

		int touched;

		Room room = new Room();

		@ElementCollection
		List<String> doors = new ArrayList<>();

		Studio() {
		}

		Studio(long id) {
			this.id = id;
			this.room.light = new Light(null, null);
		}

	}

	@Entity
	@Audited
	static class Tag {

		@Id
		long id;

		int touched;

		@Any
		@AnyKeyJavaClass(Long.class)
		@AnyDiscriminatorValue(discriminator = "P", entity = Parlour.class)
		@AnyDiscriminatorValue(discriminator = "C", entity = Resident.class)
		@Column(name = "on_kind")
		@JoinColumn(name = "on_id")
		@NotAudited
		Object on;

		@ManyToAny
		@AnyKeyJavaClass(Long.class)
		@AnyDiscriminatorValue(discriminator = "P", entity = Parlour.class)
		@Column(name = "all_kind")
		@JoinTable(name = "tag_all", joinColumns = @JoinColumn(name = "tag_id"),
				inverseJoinColumns = @JoinColumn(name = "all_id"))
		@NotAudited
		List<Object> all = new ArrayList<>();

		Tag() {
		}

		Tag(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Resident {

		@Id
		long id;

		@NaturalId(mutable = true)
		String passport;

		Resident() {
		}

		Resident(long id, String passport) {
			this.id = id;
			this.passport = passport;
		}

	}

	@Entity
	@Audited
	static class Made {

		@Id
		long id;

		int amount;

		@Generated(event = EventType.INSERT)
		@ColumnDefault("7")
		Integer seven;

		@CurrentTimestamp(source = SourceType.DB)
		Instant changed;

		@CreationTimestamp
		Instant created;

		@UpdateTimestamp
		Instant updated;

		@Formula("amount * 2")
		@NotAudited
		Integer twice;

		Made() {
		}

		Made(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	@DynamicInsert
	static class Defaulted {

		@Id
		long id;

		String name;

		@ColumnDefault("'fresh'")
		String status;

		Defaulted() {
		}

		Defaulted(long id) {
			this.id = id;
		}

	}

	@Embeddable
	@Struct(name = "spot_type")
	record Spot(int place, String name) {

	}

	@Entity
	@Audited
	static class Route {

		@Id
		long id;

		int touched;

		Spot spot;

		@JdbcTypeCode(SqlTypes.JSON)
		Size size;

		Route() {
		}

		Route(long id, Spot spot) {
			this.id = id;
			this.spot = spot;
		}

	}

	@Entity
	@Audited
	static class Basket {

		@Id
		long id;

		@OneToMany(mappedBy = "basket", cascade = CascadeType.ALL, orphanRemoval = true)
		List<Item> items = new ArrayList<>();

		Basket() {
		}

		Basket(long id) {
			this.id = id;
		}

	}

	@Embeddable
	record ItemKey(long basketId, int line) implements Serializable {

	}

	@Entity
	@Audited
	static class Item {

		@EmbeddedId
		ItemKey key;

		@MapsId("basketId")
		@ManyToOne(fetch = FetchType.LAZY)
		Basket basket;

		int amount;

		Item() {
		}

		Item(Basket basket, int line) {
			this.key = new ItemKey(basket.id, line);
			this.basket = basket;
		}

	}

	@Entity
	@Audited
	@SoftDelete
	static class Post {

		@Id
		long id;

		String text = "a";

		Post() {
		}

		Post(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	@Inheritance(strategy = InheritanceType.JOINED)
	@DiscriminatorColumn(name = "kind")
	abstract static class Figure {

		@Id
		long id;

		int touched;

	}

	@Entity
	@Audited
	static class Disc extends Figure {

		int radius = 2;

		Disc() {
		}

		Disc(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Square extends Figure {

		int side;

	}

	@Entity
	@Audited
	static class Draft {

		@Id
		long id;

		@Version
		int version;

		String text = "first";

		Draft() {
		}

		Draft(long id) {
			this.id = id;
		}

	}

}
