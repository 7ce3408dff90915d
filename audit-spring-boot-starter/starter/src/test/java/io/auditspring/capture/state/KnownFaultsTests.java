package io.auditspring.capture.state;

import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

import io.auditspring.AuditContext;
import jakarta.persistence.CascadeType;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapKeyEnumerated;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OneToOne;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.PreUpdate;
import jakarta.persistence.Version;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.PartitionKey;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;
import org.hibernate.envers.RelationTargetAuditMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What others have reported of Hibernate, Envers, JaVers and Spring Data: values that
 * were not there, and changes that got lost.
 */
class KnownFaultsTests {

	private static StateApplication application;

	@BeforeAll
	static void start() {
		application = new StateApplication();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static List<Map<String, Object>> entriesOf(List<Map<String, Object>> entries, String type) {
		return entries.stream().filter((entry) -> type.equals(entry.get("target_type"))).toList();
	}

	// https://github.com/hibernate/hibernate-orm/pull/132 (HHH-6361)
	@Test
	void aMergedCollectionHeldBeforeWhatTheTableHeld() {
		Album album = new Album(1);
		album.tracks.addAll(List.of("a", "b"));
		application.call((entityManager) -> entityManager.persist(album));
		album.tracks.remove("a");
		album.tracks.add("c");
		List<Map<String, Object>> entries = application.call((entityManager) -> entityManager.merge(album));
		assertThat(entriesOf(entries, "Album")).extracting("changes")
			.containsExactly("{\"tracks\": {\"to\": [\"b\", \"c\"], \"from\": [\"a\", \"b\"]}}");
	}

	// https://github.com/hibernate/hibernate-orm/pull/2724 (HHH-13080)
	@Test
	void aCollectionOfDetachedEntitiesReplacesAnother() {
		Album album = new Album(2);
		Artist ann = new Artist("ann");
		Artist bob = new Artist("bob");
		application.call((entityManager) -> {
			entityManager.persist(ann);
			entityManager.persist(bob);
			album.artists.add(ann);
			entityManager.persist(album);
		});
		album.artists = new HashSet<>(Set.of(new Artist(bob)));
		List<Map<String, Object>> entries = application.call((entityManager) -> entityManager.merge(album));
		assertThat(entriesOf(entries, "Album")).extracting("changes")
			.containsExactly("{\"artists\": {\"to\": [%d], \"from\": [%d]}}".formatted(bob.id, ann.id));
	}

	// https://github.com/hibernate/hibernate-orm/pull/13177 (HHH-20779): Envers' row of
	// the parent is empty
	@Test
	void aParentThatIsAProxyIsNotShownAsEmpty() {
		application.call((entityManager) -> {
			Album album = new Album(3);
			entityManager.persist(album);
			Review review = new Review(3);
			review.album = album;
			entityManager.persist(review);
		});
		List<Map<String, Object>> entries = application.call((entityManager) -> {
			Review loaded = entityManager.find(Review.class, 3);
			Review another = new Review(31);
			another.album = loaded.album;
			entityManager.persist(another);
		});
		assertThat(entriesOf(entries, "Album")).extracting("before_state", "after_state", "changes")
			.containsExactly(tuple("{\"id\": 3, \"title\": \"title\", \"touched\": 0}",
					"{\"id\": 3, \"title\": \"title\", \"touched\": 0}", "{\"reviews\": {}}"));
		assertThat(application.trail().stateAt("Album", 3, Instant.now()).orElseThrow()).containsEntry("title",
				"title");
	}

	// https://github.com/hibernate/hibernate-orm/pull/1855 (HHH-11582)
	@Test
	void whatIsPersistedAndMergedInOneTransactionIsOneInsert() {
		List<Map<String, Object>> entries = application.call((entityManager) -> {
			Album album = new Album(4);
			entityManager.persist(album);
			entityManager.flush();
			Album detached = new Album(4);
			detached.title = "merged";
			entityManager.merge(detached);
		});
		assertThat(entriesOf(entries, "Album")).singleElement().satisfies((entry) -> {
			assertThat(entry.get("before_state")).isNull();
			assertThat((String) entry.get("after_state")).contains("\"title\": \"merged\"");
		});
	}

	// https://github.com/javers/javers/issues/504
	@Test
	void mergingWhatDidNotChangeIsNoChangeWhateverItsIdentifier() {
		Berth berth = new Berth(new BerthId("A", 1));
		application.call((entityManager) -> entityManager.persist(berth));
		assertThat(application.call((entityManager) -> entityManager.merge(new Berth(new BerthId("A", 1)))))
			.extracting("after_state")
			.containsExactly((Object) null);
	}

	// https://github.com/hibernate/hibernate-orm/pull/2375 (HHH-12718), and
	// https://github.com/spring-projects/spring-data-commons/issues/2688
	@Test
	void whatACallbackSetsBeforeTheUpdateIsShown() {
		application.call((entityManager) -> entityManager.persist(new Album(5)));
		assertThat(application.call((entityManager) -> entityManager.find(Album.class, 5).title = "other"))
			.extracting("changes")
			.containsExactly(
					"{\"title\": {\"to\": \"other\", \"from\": \"title\"}, \"touched\": {\"to\": 1, \"from\": 0}}");
	}

	// https://github.com/spring-projects/spring-data-jpa/issues/792
	@Test
	void whatAQueryChangesIsListedAndNoStateIsMadeUp() {
		application.call((entityManager) -> entityManager.persist(new Album(6)));
		List<Map<String, Object>> entries = application.call((entityManager) -> {
			Album album = entityManager.find(Album.class, 6);
			entityManager.createQuery("update KnownFaultsTests$Album set title = 'bulk' where id = 6").executeUpdate();
			entityManager.refresh(album);
			album.title = "after";
		});
		assertThat((String) entries.get(0).get("metadata")).contains("bulk");
		assertThat((String) entries.get(0).get("changes")).contains("{\"to\": \"after\", \"from\": \"bulk\"}");
	}

	// Sets hold entities by what they were when they were added.
	@Test
	void aSetWhoseElementsGetTheirIdentifierLaterIsComplete() {
		List<Map<String, Object>> entries = application.call((entityManager) -> {
			Album album = new Album(7);
			album.artists.addAll(Set.of(new Artist("carl"), new Artist("dora")));
			entityManager.persist(album);
		});
		List<Object> ids = entriesOf(entries, "Artist").stream()
			.map((entry) -> entry.get("target_id"))
			.sorted()
			.toList();
		assertThat(ids).hasSize(2);
		assertThat((String) entriesOf(entries, "Album").get(0).get("after_state"))
			.contains("\"artists\": [%s, %s]".formatted(ids.toArray()));
	}

	@Test
	void anOrderThatChangesIsAChangeOfTheList() {
		application.call((entityManager) -> {
			Album album = new Album(8);
			album.ranking.addAll(List.of("x", "y", "z"));
			entityManager.persist(album);
		});
		assertThat(application.call((entityManager) -> {
			List<String> ranking = entityManager.find(Album.class, 8).ranking;
			ranking.add(0, ranking.remove(2));
		})).extracting("changes")
			.containsExactly("{\"ranking\": {\"to\": [\"z\", \"x\", \"y\"], \"from\": [\"x\", \"y\", \"z\"]}}");
	}

	@Test
	void aPartitionKeyAndAFormulaAndAVersionTellNothingThatIsNotThere() {
		application.call((entityManager) -> entityManager.persist(new Parcel(1, "north")));
		assertThat(application.call((entityManager) -> {
			AuditContext.current().target("Parcel", 1);
			entityManager.find(Parcel.class, 1).weight = 3;
		})).extracting("target_id", "changes").containsExactly(tuple("1", "{\"weight\": {\"to\": 3, \"from\": 0}}"));
	}

	// https://github.com/hibernate/hibernate-orm/pull/204 (HHH-6753)
	@Test
	void whatIsDeletedAndStoredAgainChangedByWhatDiffers() {
		application.call((entityManager) -> entityManager.persist(new Parcel(2, "north")));
		assertThat(application.call((entityManager) -> {
			entityManager.remove(entityManager.find(Parcel.class, 2));
			entityManager.flush();
			entityManager.persist(new Parcel(2, "south"));
		})).extracting("changes").containsExactly("{\"region\": {\"to\": \"south\", \"from\": \"north\"}}");
	}

	// Envers has no row: what came is equal to what went.
	@Test
	void whatIsChangedAndDeletedAndStoredAgainChangedByWhatDiffers() {
		application.call((entityManager) -> entityManager.persist(new Parcel(3, "north")));
		assertThat(application.call((entityManager) -> {
			entityManager.find(Parcel.class, 3).weight = 4;
			entityManager.flush();
			entityManager.remove(entityManager.find(Parcel.class, 3));
			entityManager.flush();
			Parcel again = new Parcel(3, "north");
			again.weight = 4;
			entityManager.persist(again);
		})).extracting("changes").containsExactly("{\"weight\": {\"to\": 4, \"from\": 0}}");
	}

	// https://github.com/hibernate/hibernate-orm/pull/2145 (HHH-11901): no row holds
	// nothing
	@Test
	void elementsThatAreNothingAreNotShownAsHeld() {
		assertAgain(Cupboard.class, 1, (cupboard) -> {
			cupboard.bag.addAll(Arrays.asList("a", null, "b"));
			cupboard.set.addAll(Arrays.asList("a", null));
			cupboard.ordered.addAll(Arrays.asList("a", null, "b", null));
			cupboard.byName.put("a", 1);
			cupboard.byName.put("b", null);
		});
	}

	// https://github.com/hibernate/hibernate-orm/pull/3044 (HHH-11797)
	@Test
	void keysThatAreEnumerationsOrTimesAreShownAsTheirColumnsHoldThem() {
		assertAgain(Cupboard.class, 2, (cupboard) -> {
			cupboard.bySize.put(Size.LARGE, 3);
			cupboard.byDay.put(LocalDate.of(2026, 1, 2), "x");
		});
	}

	// https://github.com/hibernate/hibernate-orm/pull/1646 (HHH-11215), and
	// https://github.com/hibernate/hibernate-orm/pull/2329 (HHH-12607)
	@Test
	void embeddedElementsWithoutEqualsAndWithReferencesChangeIfTheirColumnsDo() {
		application.prepare((entityManager) -> entityManager.persist(new Sender(1)));
		assertAgain(Cupboard.class, 3, (cupboard) -> {
			cupboard.labels.add(new Label("a", new Sender(1)));
			cupboard.labels.add(null);
		});
		assertThat(application.call((entityManager) -> {
			List<Label> labels = entityManager.find(Cupboard.class, 3).labels;
			labels.set(0, new Label(labels.get(0).text, labels.get(0).sender));
		})).extracting("changes").isSubsetOf(null, "{}");
		assertThat(application.call((entityManager) -> {
			for (Label label : entityManager.find(Cupboard.class, 3).labels) {
				label.sender = null;
			}
		})).extracting("changes").singleElement().asString().contains("\"sender\": 1").contains("\"sender\": null");
	}

	// https://github.com/hibernate/hibernate-orm/pull/6198 (HHH-16251)
	@Test
	void aChildThatChangesIsNoChangeOfItsParentThatKeepsFlags() {
		application.call((entityManager) -> {
			Troop troop = new Troop(1);
			entityManager.persist(troop);
			entityManager.persist(new Scout(1, troop));
		});
		assertThat(application.call((entityManager) -> {
			Scout scout = entityManager.find(Scout.class, 1);
			scout.troop.scouts.size();
			scout.name = "other";
		})).extracting("target_type", "changes")
			.containsExactly(tuple("Scout", "{\"name\": {\"to\": \"other\", \"from\": \"scout\"}}"));
	}

	// https://github.com/spring-projects/spring-data-envers/issues/34
	@Test
	void theOtherSideOfAOneToOneChangesAlone() {
		application.call((entityManager) -> {
			Troop troop = new Troop(2);
			entityManager.persist(troop);
			entityManager.persist(new Banner(2, troop));
		});
		assertThat(application.call((entityManager) -> entityManager.find(Troop.class, 2).name = "other"))
			.extracting("target_type", "changes")
			.containsExactly(tuple("Troop", "{\"name\": {\"to\": \"other\", \"from\": \"troop\"}}"));
		assertThat(application.trail().stateAt("Banner", 2, Instant.now()).orElseThrow()).extractingByKey("troop")
			.hasToString("2");
	}

	private static void assertAgain(Class<Cupboard> type, long id, Consumer<Cupboard> fill) {
		Object after = entriesOf(application.call((entityManager) -> {
			Cupboard cupboard = new Cupboard(id);
			fill.accept(cupboard);
			entityManager.persist(cupboard);
		}), "Cupboard").get(0).get("after_state");
		assertThat(entriesOf(application.call((entityManager) -> {
			Cupboard cupboard = entityManager.find(type, id);
			List.of(cupboard.bag, cupboard.set, cupboard.ordered, cupboard.labels).forEach(Collection::size);
			List.of(cupboard.byName, cupboard.bySize, cupboard.byDay).forEach(Map::size);
			cupboard.touched++;
		}), "Cupboard")).extracting("before_state").containsExactly(after);
	}

	enum Size {

		SMALL, LARGE

	}

	@Entity
	static class Sender {

		@Id
		long id;

		Sender() {
		}

		Sender(long id) {
			this.id = id;
		}

	}

	@Embeddable
	static class Label {

		String text;

		@ManyToOne(fetch = FetchType.LAZY)
		@Audited(targetAuditMode = RelationTargetAuditMode.NOT_AUDITED)
		Sender sender;

		Label() {
		}

		Label(String text, Sender sender) {
			this.text = text;
			this.sender = sender;
		}

	}

	@Entity
	@Audited
	static class Cupboard {

		@Id
		long id;

		int touched;

		@ElementCollection
		List<String> bag = new ArrayList<>();

		@ElementCollection
		Set<String> set = new HashSet<>();

		@ElementCollection
		@OrderColumn
		List<String> ordered = new ArrayList<>();

		@ElementCollection
		Map<String, Integer> byName = new HashMap<>();

		@ElementCollection
		@MapKeyEnumerated(EnumType.STRING)
		Map<Size, Integer> bySize = new HashMap<>();

		@ElementCollection
		Map<LocalDate, String> byDay = new HashMap<>();

		@ElementCollection
		List<Label> labels = new ArrayList<>();

		Cupboard() {
		}

		Cupboard(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited(withModifiedFlag = true)
	static class Troop {

		@Id
		long id;

		String name = "troop";

		@OneToMany(mappedBy = "troop")
		List<Scout> scouts = new ArrayList<>();

		@OneToOne(mappedBy = "troop", fetch = FetchType.LAZY)
		Banner banner;

		Troop() {
		}

		Troop(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited(withModifiedFlag = true)
	static class Scout {

		@Id
		long id;

		String name = "scout";

		@ManyToOne(fetch = FetchType.LAZY)
		Troop troop;

		Scout() {
		}

		Scout(long id, Troop troop) {
			this.id = id;
			this.troop = troop;
		}

	}

	@Entity
	@Audited
	static class Banner {

		@Id
		long id;

		@OneToOne(fetch = FetchType.LAZY)
		Troop troop;

		Banner() {
		}

		Banner(long id, Troop troop) {
			this.id = id;
			this.troop = troop;
		}

	}

	@Entity
	@Audited
	@DynamicUpdate
	static class Album {

		@Id
		long id;

		String title = "title";

		int touched;

		@ElementCollection
		Set<String> tracks = new HashSet<>();

		@ElementCollection
		@OrderColumn
		List<String> ranking = new ArrayList<>();

		@ManyToMany(cascade = CascadeType.PERSIST)
		Set<Artist> artists = new HashSet<>();

		@OneToMany(mappedBy = "album")
		List<Review> reviews = new ArrayList<>();

		Album() {
		}

		Album(long id) {
			this.id = id;
		}

		@PreUpdate
		void touch() {
			this.touched++;
		}

	}

	/**
	 * Whose hash changes when it is stored.
	 */
	@Entity
	@Audited
	static class Artist {

		@Id
		@GeneratedValue
		Long id;

		String name;

		Artist() {
		}

		Artist(String name) {
			this.name = name;
		}

		Artist(Artist other) {
			this.id = other.id;
			this.name = other.name;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Artist artist && Objects.equals(this.id, artist.id)
					&& Objects.equals(this.name, artist.name);
		}

		@Override
		public int hashCode() {
			return Objects.hash(this.id, this.name);
		}

	}

	@Entity
	@Audited
	static class Review {

		@Id
		long id;

		@ManyToOne(fetch = FetchType.LAZY)
		Album album;

		Review() {
		}

		Review(long id) {
			this.id = id;
		}

	}

	@Embeddable
	record BerthId(String row, int place) implements Serializable {

	}

	@Entity
	@Audited
	static class Berth {

		@EmbeddedId
		BerthId id;

		String name = "berth";

		Berth() {
		}

		Berth(BerthId id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Parcel {

		@Id
		long id;

		@PartitionKey
		String region;

		int weight;

		@Formula("weight * 2")
		@NotAudited
		Integer twice;

		@Version
		int version;

		Parcel() {
		}

		Parcel(long id, String region) {
			this.id = id;
			this.region = region;
		}

	}

}
