package io.auditspring.capture.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.auditspring.Sensitive;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.MapKeyJoinColumn;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderColumn;
import org.hibernate.envers.AuditMappedBy;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;

/**
 * Collections, whose changes are changes of their owner even where none of its columns
 * changes.
 */
final class Collections {

	private Collections() {
	}

	static List<Example> examples() {
		return List.of(set(), orderedList(), bag(), embeddables(), cleared(), replaced(), unchangedReplacement(),
				notAudited(), inEmbedded(), maps(), entityKeys(), manyToMany(), joinTable(), joinColumn(),
				deletedOwner(), twoFlushes(), withColumn(), insert());
	}

	private static Example set() {
		return Example.of("Only a set changes; sets and bags are sorted")
			.mapping("@ElementCollection Set<String> tags;")
			.given(article(1, "a", "c"))
			.call((entityManager) -> entityManager.find(Article.class, 1).tags.add("b"))
			.updates("Article", 1, state(1, "'tags': ['a', 'c']"), state(1, "'tags': ['a', 'b', 'c']"),
					"{'tags': {'from': ['a', 'c'], 'to': ['a', 'b', 'c']}}")
			.build();
	}

	private static Example orderedList() {
		return Example.of("A list with an order column keeps its order")
			.mapping("@ElementCollection @OrderColumn List<String> steps;")
			.given((entityManager) -> {
				Article article = article(2);
				article.steps.addAll(List.of("x", "y"));
				entityManager.persist(article);
			})
			.call((entityManager) -> entityManager.find(Article.class, 2).steps.add(0, "z"))
			.updates("Article", 2, state(2, "'steps': ['x', 'y']"), state(2, "'steps': ['z', 'x', 'y']"),
					"{'steps': {'from': ['x', 'y'], 'to': ['z', 'x', 'y']}}")
			.build();
	}

	private static Example bag() {
		return Example.of("Numbers in a bag")
			.mapping("@ElementCollection List<Integer> ratings;")
			.given((entityManager) -> {
				Article article = article(3);
				article.ratings.addAll(List.of(10, 9));
				entityManager.persist(article);
			})
			.call((entityManager) -> entityManager.find(Article.class, 3).ratings.add(2))
			.updates("Article", 3, state(3, "'ratings': [9, 10]"), state(3, "'ratings': [2, 9, 10]"),
					"{'ratings': {'from': [9, 10], 'to': [2, 9, 10]}}")
			.build();
	}

	private static Example embeddables() {
		return Example.of("Embeddable elements; `@NotAudited` and secrets inside")
			.mapping("""
					@ElementCollection List<Contact> contacts;
					@Embeddable class Contact { String kind; @Sensitive String number; @NotAudited String hint; }""")
			.given((entityManager) -> {
				Article article = article(4);
				article.contacts.add(new Contact("home", "1"));
				entityManager.persist(article);
			})
			.call((entityManager) -> entityManager.find(Article.class, 4).contacts.add(new Contact("work", "2")))
			.updates("Article", 4, state(4, "'contacts': [{'kind': 'home', 'number': '***'}]"),
					state(4, "'contacts': [{'kind': 'home', 'number': '***'}, {'kind': 'work', 'number': '***'}]"), """
							{'contacts': {'from': [{'kind': 'home', 'number': '***'}],
							'to': [{'kind': 'home', 'number': '***'}, {'kind': 'work', 'number': '***'}]}}""")
			.build();
	}

	private static Example cleared() {
		return Example.of("Cleared")
			.given(article(5, "a"))
			.call((entityManager) -> entityManager.find(Article.class, 5).tags.clear())
			.updates("Article", 5, state(5, "'tags': ['a']"), state(5, "'tags': []"),
					"{'tags': {'from': ['a'], 'to': []}}")
			.build();
	}

	private static Example replaced() {
		return Example.of("Replaced by another collection")
			.given(article(6, "a"))
			.call((entityManager) -> entityManager.find(Article.class, 6).tags = new HashSet<>(Set.of("b")))
			.updates("Article", 6, state(6, "'tags': ['a']"), state(6, "'tags': ['b']"),
					"{'tags': {'from': ['a'], 'to': ['b']}}")
			.withoutEnvers()
			.updates("Article", 6, state(6, ""), state(6, "'tags': ['b']"), "{'tags': {'to': ['b']}}")
			.build();
	}

	private static Example unchangedReplacement() {
		return Example.of("Replaced by an equal collection: Envers writes a row, nothing differs")
			.given(article(7, "a"))
			.call((entityManager) -> {
				Article article = entityManager.find(Article.class, 7);
				article.tags.size();
				article.tags = new HashSet<>(Set.of("a"));
			})
			.updates("Article", 7, state(7, "'tags': ['a']"), state(7, "'tags': ['a']"), "{}")
			.build();
	}

	private static Example notAudited() {
		return Example.of("A collection that is not audited")
			.given(article(8))
			.call((entityManager) -> entityManager.find(Article.class, 8).views.add("anon"))
			.build();
	}

	private static Example inEmbedded() {
		return Example.of("A collection in an embedded value")
			.mapping(
					"@Embedded Meta meta; @Embeddable class Meta { String origin; @ElementCollection Set<String> labels; }")
			.given(article(9))
			.call((entityManager) -> entityManager.find(Article.class, 9).meta.labels.add("new"))
			.updates("Article", 9, "{'id': 9, 'title': 't', 'meta': {'origin': 'here', 'labels': []}}",
					"{'id': 9, 'title': 't', 'meta': {'origin': 'here', 'labels': ['new']}}",
					"""
							{'meta': {'from': {'origin': 'here', 'labels': []}, 'to': {'origin': 'here', 'labels': ['new']}}}""")
			.build();
	}

	private static Example maps() {
		return Example.of("A map is an object")
			.mapping("@ElementCollection Map<String, Integer> stock;")
			.given((entityManager) -> {
				Article article = article(10);
				article.stock.put("Bonn", 1);
				entityManager.persist(article);
			})
			.call((entityManager) -> {
				Map<String, Integer> stock = entityManager.find(Article.class, 10).stock;
				stock.put("Bonn", 2);
				stock.put("Berlin", 3);
			})
			.updates("Article", 10, state(10, "'stock': {'Bonn': 1}"), state(10, "'stock': {'Bonn': 2, 'Berlin': 3}"),
					"{'stock': {'from': {'Bonn': 1}, 'to': {'Bonn': 2, 'Berlin': 3}}}")
			.build();
	}

	private static Example entityKeys() {
		return Example.of("A map with entities as keys, or as values").mapping("""
				@ElementCollection @MapKeyJoinColumn Map<Topic, Integer> weights;
				@ManyToMany Map<String, Topic> named;""").given((entityManager) -> {
			entityManager.persist(new Topic(71));
			entityManager.persist(article(11));
		}).call((entityManager) -> {
			Article article = entityManager.find(Article.class, 11);
			Topic topic = entityManager.find(Topic.class, 71);
			article.weights.put(topic, 5);
			article.named.put("main", topic);
		})
			.updates("Article", 11, state(11, "'weights': {}, 'named': {}"),
					state(11, "'weights': {'71': 5}, 'named': {'main': 71}"), """
							{'weights': {'from': {}, 'to': {'71': 5}},
							'named': {'from': {}, 'to': {'main': 71}}}""")
			.build();
	}

	private static Example manyToMany() {
		return Example.of("Many to many: both sides have an entry, as in Envers")
			.mapping("""
					@Entity class Article { @ManyToMany Set<Topic> topics; }
					@Entity class Topic { @ManyToMany(mappedBy = "topics") Set<Article> articles; }""")
			.given((entityManager) -> {
				entityManager.persist(new Topic(72));
				entityManager.persist(article(12));
			})
			.call((entityManager) -> {
				Article article = entityManager.find(Article.class, 12);
				Topic topic = entityManager.find(Topic.class, 72);
				article.topics.add(topic);
				topic.articles.add(article);
			})
			.updates("Article", 12, state(12, "'topics': []"), state(12, "'topics': [72]"),
					"{'topics': {'from': [], 'to': [72]}}")
			.updates("Topic", 72, "{'id': 72, 'articles': []}", "{'id': 72, 'articles': [12]}",
					"{'articles': {'from': [], 'to': [12]}}")
			.build();
	}

	private static Example joinTable() {
		return Example.of("One to many in a join table")
			.mapping("@OneToMany Set<Page> pages;")
			.given((entityManager) -> {
				entityManager.persist(new Page(81));
				entityManager.persist(new Page(82));
				Article article = article(13);
				article.pages.add(entityManager.find(Page.class, 81));
				entityManager.persist(article);
			})
			.call((entityManager) -> {
				Set<Page> pages = entityManager.find(Article.class, 13).pages;
				pages.clear();
				pages.add(entityManager.getReference(Page.class, 82));
			})
			.updates("Article", 13, state(13, "'pages': [81]"), state(13, "'pages': [82]"),
					"{'pages': {'from': [81], 'to': [82]}}")
			.build();
	}

	private static Example joinColumn() {
		return Example.of("One to many by a column of the elements: they have entries, too")
			.mapping(
					"""
							@Entity class Shelf { @OneToMany @JoinColumn @AuditMappedBy(mappedBy = "shelf") Set<Book> books; }
							@Entity class Book { @ManyToOne @JoinColumn(insertable = false, updatable = false) Shelf shelf; }""")
			.given(new Shelf(1), new Book(1))
			.call((entityManager) -> entityManager.find(Shelf.class, 1).books.add(entityManager.find(Book.class, 1)))
			.updates("Shelf", 1, "{'id': 1, 'books': []}", "{'id': 1, 'books': [1]}",
					"{'books': {'from': [], 'to': [1]}}")
			.updates("Book", 1, "{'id': 1, 'shelf': null}", "{'id': 1}", "{'shelf': {'from': null}}")
			.build();
	}

	private static Example deletedOwner() {
		return Example.of("The collections of a deleted owner").given(article(15, "a", "b")).call((entityManager) -> {
			Article article = entityManager.find(Article.class, 15);
			article.tags.remove("a");
			entityManager.remove(article);
		}).deletes("Article", 15, """
				{'id': 15, 'title': 't', 'tags': ['a', 'b'], 'steps': [], 'ratings': [], 'contacts': [],
				'meta': {'origin': 'here', 'labels': []}, 'stock': {}, 'weights': {}, 'named': {}, 'topics': [],
				'pages': []}""").withoutEnvers().deletes("Article", 15, state(15, "'tags': ['a', 'b']")).build();
	}

	private static Example twoFlushes() {
		return Example.of("Several flushes with several collections in one place")
			.given(article(16, "a"))
			.call((entityManager) -> {
				Article article = entityManager.find(Article.class, 16);
				article.tags = new HashSet<>(Set.of("b"));
				entityManager.flush();
				article.title = "u";
				entityManager.flush();
				article.tags.add("c");
			})
			.updates("Article", 16, state(16, "'tags': ['a']"), state(16, "'tags': ['b', 'c']").replace("'t'", "'u'"),
					"""
							{'tags': {'from': ['a'], 'to': ['b', 'c']},
							'title': {'from': 't', 'to': 'u'}}""")
			.withoutEnvers()
			.updates("Article", 16, state(16, ""), state(16, "'tags': ['b', 'c']").replace("'t'", "'u'"),
					"{'tags': {'to': ['b', 'c']}, 'title': {'from': 't', 'to': 'u'}}")
			.build();
	}

	private static Example withColumn() {
		return Example.of("A column and a collection change together").given(article(17, "a")).call((entityManager) -> {
			Article article = entityManager.find(Article.class, 17);
			article.title = "u";
			article.tags.add("b");
		}).updates("Article", 17, state(17, "'tags': ['a']"), state(17, "'tags': ['a', 'b']").replace("'t'", "'u'"), """
				{'tags': {'from': ['a'], 'to': ['a', 'b']},
				'title': {'from': 't', 'to': 'u'}}""").build();
	}

	private static Example insert() {
		return Example.of("Inserted with elements, and more of them before the flush").call((entityManager) -> {
			Article article = article(18, "a");
			entityManager.persist(article);
			article.tags.add("b");
		}).inserts("Article", 18, """
				{'id': 18, 'title': 't', 'tags': ['a', 'b'], 'steps': [], 'ratings': [], 'contacts': [],
				'meta': {'origin': 'here', 'labels': []}, 'stock': {}, 'weights': {}, 'named': {}, 'topics': [],
				'pages': []}""").build();
	}

	private static Article article(long id, String... tags) {
		Article article = new Article(id);
		article.tags.addAll(List.of(tags));
		return article;
	}

	// Collections that nobody touched are not loaded, and not shown.
	private static String state(long id, String loaded) {
		return "{'id': %d, 'title': 't', 'meta': {'origin': 'here'}, %s}".formatted(id, loaded).replace(", }", "}");
	}

	@Entity
	@Audited
	static class Article {

		@Id
		long id;

		String title = "t";

		@ElementCollection
		Set<String> tags = new HashSet<>();

		@ElementCollection
		@OrderColumn
		List<String> steps = new ArrayList<>();

		@ElementCollection
		List<Integer> ratings = new ArrayList<>();

		@ElementCollection
		List<Contact> contacts = new ArrayList<>();

		@ElementCollection
		@NotAudited
		Set<String> views = new TreeSet<>();

		@Embedded
		Meta meta = new Meta();

		@ElementCollection
		Map<String, Integer> stock = new HashMap<>();

		@ElementCollection
		@MapKeyJoinColumn
		Map<Topic, Integer> weights = new HashMap<>();

		@ManyToMany
		Map<String, Topic> named = new HashMap<>();

		@ManyToMany
		Set<Topic> topics = new HashSet<>();

		@OneToMany
		Set<Page> pages = new HashSet<>();

		Article() {
		}

		Article(long id) {
			this.id = id;
		}

	}

	@Embeddable
	static class Contact {

		String kind;

		@Sensitive
		String number;

		@NotAudited
		String hint;

		Contact() {
		}

		Contact(String kind, String number) {
			this.kind = kind;
			this.number = number;
		}

	}

	@Embeddable
	static class Meta {

		String origin = "here";

		@ElementCollection
		Set<String> labels = new HashSet<>();

	}

	@Entity
	@Audited
	static class Topic {

		@Id
		long id;

		@ManyToMany(mappedBy = "topics")
		Set<Article> articles = new HashSet<>();

		Topic() {
		}

		Topic(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Page {

		@Id
		long id;

		Page() {
		}

		Page(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Shelf {

		@Id
		long id;

		@OneToMany
		@JoinColumn(name = "shelf_id")
		@AuditMappedBy(mappedBy = "shelf")
		Set<Book> books = new HashSet<>();

		Shelf() {
		}

		Shelf(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Book {

		@Id
		long id;

		@jakarta.persistence.ManyToOne
		@JoinColumn(name = "shelf_id", insertable = false, updatable = false)
		Shelf shelf;

		Book() {
		}

		Book(long id) {
			this.id = id;
		}

	}

}
