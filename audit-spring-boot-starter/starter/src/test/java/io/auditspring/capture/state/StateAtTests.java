package io.auditspring.capture.state;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;

import io.auditspring.capture.state.Collections.Article;
import io.auditspring.capture.state.Collections.Contact;
import io.auditspring.capture.state.Collections.Page;
import io.auditspring.capture.state.Collections.Topic;
import io.auditspring.capture.state.References.Child;
import io.auditspring.capture.state.References.Parent;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import jakarta.persistence.EntityManager;
import org.hibernate.envers.AuditReader;
import org.hibernate.envers.AuditReaderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the trail says that something was like, compared with what Envers says, after
 * random histories.
 */
class StateAtTests {

	private static final int REVISIONS = 60;

	private static final StateApplication APPLICATION = new StateApplication();

	private final AuditTrail trail = APPLICATION.trail();

	@AfterAll
	static void stop() {
		APPLICATION.close();
	}

	@Test
	void anEntityIsWhatEnversSays() {
		assertIsWhatEnversSays(7001);
	}

	@ParameterizedTest
	@ValueSource(longs = { 7002, 7003, 7004 })
	@Tag("thorough")
	void soIsOneOfAnotherHistory(long id) {
		assertIsWhatEnversSays(id);
	}

	private void assertIsWhatEnversSays(long id) {
		APPLICATION.prepare((entityManager) -> {
			for (long other = 1; other <= 3; other++) {
				entityManager.persist(new Topic(id * 10 + other));
				entityManager.persist(new Page(id * 10 + other));
			}
		});
		Random random = new Random(id);
		for (int i = 0; i < REVISIONS; i++) {
			APPLICATION.call((entityManager) -> change(entityManager, id, random));
		}
		compare("Article", id, Article.class, StateAtTests::article, List.of());
	}

	@Test
	void aCollectionThatItsElementsHoldIsWhatEnversSaysOrNotTold() {
		long id = 7100;
		APPLICATION.call((entityManager) -> entityManager.persist(new Parent(id)));
		Random random = new Random(id);
		for (int i = 0; i < REVISIONS; i++) {
			long child = id + 1 + i;
			boolean loaded = random.nextBoolean();
			APPLICATION.call((entityManager) -> {
				Parent parent = loaded ? entityManager.find(Parent.class, id)
						: entityManager.getReference(Parent.class, id);
				Child added = new Child(child, parent);
				entityManager.persist(added);
				if (loaded && !parent.children.contains(added)) {
					parent.children.add(added);
				}
			});
		}
		int told = compare("Parent", id, Parent.class,
				(parent) -> Map.of("id", parent.id, "children", ids(parent.children, (child) -> child.id)),
				List.of("children"));
		assertThat(told).isBetween(10, REVISIONS);
	}

	/** How often all was told. */
	private <T> int compare(String type, long id, Class<T> entity, Function<T, Map<String, Object>> rendered,
			List<String> optional) {
		List<Integer> told = new ArrayList<>();
		Map<Long, Instant> revisions = new TreeMap<>();
		this.trail.stream(AuditQuery.all().target(type, id))
			.filter((entry) -> entry.getRevision() != null)
			.forEach((entry) -> revisions.put(entry.getRevision(), entry.getOccurredAt()));
		assertThat(revisions).hasSizeGreaterThan(REVISIONS / 2);
		APPLICATION.prepare((entityManager) -> {
			AuditReader reader = AuditReaderFactory.get(entityManager);
			revisions.forEach((revision, time) -> {
				T then = reader.find(entity, id, revision);
				Map<String, @Nullable Object> state = this.trail.stateAt(type, id, time).orElse(null);
				if (then == null || state == null) {
					assertThat(state).as("revision " + revision).isNull();
					assertThat(then).as("revision " + revision).isNull();
					return;
				}
				Map<String, Object> expected = new TreeMap<>(rendered.apply(then));
				boolean all = state.keySet().containsAll(optional);
				if (!all) {
					optional.forEach(expected::remove);
				}
				told.add(all ? 1 : 0);
				assertThat(text(state)).as("revision " + revision).isEqualTo(text(expected));
			});
		});
		return told.stream().mapToInt(Integer::intValue).sum();
	}

	/** Numbers by their value, and members in order. */
	private static String text(@Nullable Object value) {
		if (value instanceof Map<?, ?> members) {
			Map<String, String> texts = new TreeMap<>();
			// What is inside an embedded value is told only where its entry tells it.
			members.forEach((name, member) -> {
				if (!name.equals("labels")) {
					texts.put(name.toString(), text(member));
				}
			});
			return texts.toString();
		}
		if (value instanceof Collection<?> elements) {
			return elements.stream().map(StateAtTests::text).toList().toString();
		}
		return (value instanceof Number) ? new BigDecimal(value.toString()).toPlainString() : String.valueOf(value);
	}

	private static void change(EntityManager entityManager, long id, Random random) {
		Article article = entityManager.find(Article.class, id);
		if (article == null) {
			article = new Article(id);
			article.tags.add("first");
			entityManager.persist(article);
			return;
		}
		if (random.nextInt(15) == 0) {
			entityManager.remove(article);
			return;
		}
		article.title = "title " + random.nextInt(1000);
		for (int i = random.nextInt(3); i > 0; i--) {
			CHANGES.get(random.nextInt(CHANGES.size())).make(entityManager, article, random.nextInt(9));
		}
	}

	private static final List<Change> CHANGES = List.of(
			(entityManager, article, number) -> toggle(article.tags, "tag" + number),
			(entityManager, article, number) -> article.tags = new java.util.HashSet<>(List.of("new" + number)),
			(entityManager, article, number) -> toggle(article.ratings, number),
			(entityManager, article, number) -> article.steps.add(article.steps.size() / 2, "step" + number),
			(entityManager, article, number) -> article.steps.remove("step" + number),
			(entityManager, article, number) -> contact(article, number),
			(entityManager, article, number) -> article.meta.origin = "origin " + number,
			(entityManager, article, number) -> toggle(article.meta.labels, "label" + number),
			(entityManager, article, number) -> article.stock.put("place" + number % 3, number),
			(entityManager, article, number) -> article.stock.remove("place" + number % 3),
			(entityManager, article, number) -> toggle(article.topics,
					entityManager.find(Topic.class, article.id * 10 + 1 + number % 3)),
			(entityManager, article, number) -> toggle(article.pages,
					entityManager.find(Page.class, article.id * 10 + 1 + number % 3)),
			(entityManager, article, number) -> article.named.put("name" + number % 2,
					entityManager.find(Topic.class, article.id * 10 + 1 + number % 3)),
			(entityManager, article, number) -> article.weights
				.put(entityManager.find(Topic.class, article.id * 10 + 1 + number % 3), number));

	/** One at most: Envers fails to remove several. */
	private static void contact(Article article, int number) {
		if (article.contacts.isEmpty()) {
			article.contacts.add(new Contact("kind" + number, "secret" + number));
		}
		else {
			article.contacts.clear();
		}
	}

	private static <T> void toggle(Collection<T> elements, T element) {
		if (!elements.remove(element)) {
			elements.add(element);
		}
	}

	private static Map<String, Object> article(Article article) {
		Map<String, Object> state = new TreeMap<>();
		state.put("id", article.id);
		state.put("title", article.title);
		state.put("tags", article.tags.stream().sorted().toList());
		state.put("steps", List.copyOf(article.steps));
		state.put("ratings", article.ratings.stream().sorted().toList());
		state.put("contacts",
				article.contacts.stream()
					.map((contact) -> contact.kind)
					.sorted()
					.map((kind) -> Map.of("kind", kind, "number", "***"))
					.toList());
		state.put("meta", Map.of("origin", article.meta.origin));
		state.put("stock", Map.copyOf(article.stock));
		Map<String, Object> weights = new TreeMap<>();
		article.weights.forEach((topic, weight) -> weights.put(String.valueOf(topic.id), weight));
		state.put("weights", weights);
		Map<String, Object> named = new TreeMap<>();
		article.named.forEach((name, topic) -> named.put(name, topic.id));
		state.put("named", named);
		state.put("topics", ids(article.topics, (topic) -> topic.id));
		state.put("pages", ids(article.pages, (page) -> page.id));
		return state;
	}

	private static <T> List<Long> ids(Collection<T> entities, Function<T, Long> id) {
		return entities.stream().map(id).sorted().toList();
	}

	/**
	 * Something that happens to an article.
	 */
	private interface Change {

		void make(EntityManager entityManager, Article article, int number);

	}

}
