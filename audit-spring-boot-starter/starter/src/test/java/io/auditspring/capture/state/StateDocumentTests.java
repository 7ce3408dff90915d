package io.auditspring.capture.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.auditspring.capture.state.Example.State;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code STATE.md} shows the examples as they are tested. To write it anew, run this test
 * with {@code -Daudit.docs=write}.
 */
class StateDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "STATE.md");

	private static final String INTRODUCTION = """
			# What an entry shows of an entity

			The state before and after of the entities that an audited call changed. It is taken from what Hibernate holds when it
			tells its listeners of a change: no statement, no flush, nothing loaded.

			This page is generated from the tests. Its examples hold whoever decides what is captured; where an application
			without Envers sees something else, they show both.

			| `audit.capture.entities` | `envers` | `all` | `annotated` |
			|---|---|---|---|
			| default | where Envers is there and on | elsewhere | |
			| entities | those that Envers audits | all | those with `@AuditedEntity`, those that Envers audits, and those with `org.hibernate.annotations.Audited` (since Hibernate 7.4, incubating) |
			| their properties | what Envers audits of them | all that are mapped, but the version | as with `all` |
			| left out | `@NotAudited`, `@AuditOverride`, `@AuditIgnore` | `@NotAudited`, `@Audited.Excluded`, `@AuditIgnore` | as with `all` |
			| an entry | where Envers writes a row | where something shown differs | as with `all` |
			| a lazy collection that is replaced or deleted | Envers loads it | is not loaded: its `from` is left out | as with `all` |
			| `revision` | that of Envers | that of Envers where it wrote one, else the changeset of Hibernate's own auditing if that is a number | as with `all` |

			- `@AuditIgnore` leaves out a property (on its field or getter), an entity with those that extend it, or what entities
			  inherit from a mapped superclass; `audit.capture.ignored-entities` further entities by their names. Entities of
			  infrastructure are left out: Envers' tables and revisions, Spring Modulith's and Axon's own.
			- A call that changes entities without state, though nobody asked to leave them out, says so: `withoutState` in its
			  metadata counts them by their kind. The start says in one line which they are. So it is with the entities beyond
			  the first 10,000 that a call changes in one transaction (`audit.capture.max-entities`).
			- Entities have a state in one persistence unit, that of the audited data source. Of other units `withoutState` counts what
			  a call changes: of another database, of another pool, and of Spring's `LocalSessionFactoryBean`, whatever its data source.
			  What is rolled back before the entry is made is not counted, unless it is undone by a savepoint. So that each call counts
			  its own, sessions of other units are flushed, too, when it begins and ends within their transactions. Nothing is counted
			  of a unit that the application builds without Spring's factory beans (`Persistence.createEntityManagerFactory`, Hibernate's
			  `Configuration`), nor of what a session that the application opened itself flushes only after the call.
			- Hibernate asks the database for what is deleted by reference (`remove(getReference(...))`) as soon as somebody listens to deletes, as this
			  does in each unit that has an entity to show or to count: one SELECT more, without which nobody would know what was deleted.
			- With `all`, more entities have entries, so that a name which two of them share gets longer for both (see below).
			- An entity has an entry where Envers writes a row for it, and without Envers likewise. That includes the owner of a collection that changed
			  while none of its own columns did, and, as long as Envers' `revision_on_collection_change` is on, the parent whose
			  child came, went or moved. Two exceptions: Envers misses a second equal element in a bag; its owner has an entry. Of
			  what one call deletes and stores again, Envers compares what came with what went, by the application's own `equals`;
			  an entry tells what the row was before the call, and what it became.
			- Entities are told apart by their mapped name and their identifier, never by what is shown of them, nor by their own
			  `equals`. Shown is the short name of the class, or that of `@Entity(name = ...)`; where several have the same, the
			  class around it stands before it: `SalesOrder.Line`, `Invoice.Line`.
			- The `targetType` of a call means an entity by each of these names, by the class's full name and by those of its
			  supertypes, as far as only one kind of entities has that name. Its entry has the one name that is shown, whichever
			  of them the call says, and so have related resources. Whoever reads the trail may say any of them; as an identifier
			  is one within a hierarchy of entities, the trail of a thing is the same by the name of each of its classes. So a
			  word that is an entity's name should mean that entity. A name that no entity has stays as it is said. In a call it
			  means the entity with the target's identifier, if only one changed whose name is like it (one holds the other:
			  `Order`, `OrderEntity`); one that several kinds have, the one that changed.
			- In the place of an identifier that is secret, or a part of one, stands `hmac:` and a digest, in references and the
			  keys of maps, too: equal for equal values, so that a thing's trail can be followed. It is the first 128 bits of
			  HMAC-SHA256 over the value's text (of several parts: their canonical JSON), in hexadecimal digits. `TRUST.md` tells
			  about its key. So it is with targets and related resources that a call or `AuditRecorder` names, with actors who are
			  entities, and with what is noted of who reads the trail. Who reads may say the digest, or the identifier itself. Of a
			  request, the template of its path is shown, `/tokens/{token}`; where no handler was chosen, the path, in which only
			  what follows a masked name is masked.
			- What Envers does not audit is not shown: `@NotAudited`, `@AuditOverride`, and the version. By its rules (`envers`) that includes
			  what an entity inherits from a `@MappedSuperclass` that is not `@Audited` itself. As nobody said so, a warning at
			  start-up names superclass and entities, and `notAudited` in an entry's metadata the properties.
			- A value is shown as reading the row again would show it: rounded to the column's scale and fractional seconds, cut
			  and padded as `varchar(n)` and `char(n)` are, a date as the day in the column whatever the zone, a time without an
			  offset of its own in UTC. What is equal then is no change. The mapping tells all that (`precision`, `scale`,
			  `secondPrecision`, `length`, `columnDefinition`), and Hibernate's defaults only where it creates the tables. If a
			  migration makes a column that rounds and the mapping does not say so, neither does the entry.
			- Of two properties with one column, the one that is written tells both. A reference of several columns that other
			  properties write is left out. What a statement does not write
			  (`insertable`, `updatable`) keeps its value, and after an insert is left out; if memory says something else, a second
			  flush in the same session does not know. In an embedded value it is shown as it is in memory.
			- What the database computes from other columns when it reads a row (`@Formula`, `@JoinFormula`) is left out: what becomes
			  of it only reading the row again would show.
			- A `Calendar` that Hibernate stores without a zone, with `hibernate.jdbc.time_zone` set, is written in its own zone and
			  read in that one: each update moves it, and an entry shows either time.
			- Envers' own tables may differ from the entity's, and so from an entry: they do not declare `secondPrecision`, and hold
			  what was set in memory, though no statement wrote it.
			- An embedded value without any is none, as it is when the row is read again. No element of a collection is nothing;
			  within a list with an order column, nothing keeps the place of what is there later.
			- A collection with a restriction (`@SQLRestriction`) is shown as far as it was loaded, with what came. What comes from
			  a second-level cache is shown as the cache knows it. Of what a session may only read (`@Immutable`, `setReadOnly`),
			  Hibernate keeps no copy: if an application sets something in memory and deletes it, the state before tells that.
			- Envers loads lazy attributes of enhanced classes when it writes a row of an update; they are shown then.
			- Not known is what the database does on its own: triggers, types that have a spelling of their own behind a text
			  (`uuid`, `inet`, `money`), and defaults: what an insert leaves out (`@DynamicInsert`) and the mapping gives a default
			  is left out, too. What Hibernate reads back (`@Generated`, `@CurrentTimestamp`) is shown.
			- Envers does not start with a reference to anything (`@Any`, `@ManyToAny`) unless it is `@NotAudited`; elsewhere such a
			  reference shows as `type` and `id`. Envers has no row for a parent whose child's identifier refers to it (`@MapsId`),
			  and such a parent no entry.
			- What is not loaded is left out, and so are lazy attributes. What is known to have changed, but not from what, has
			  no `from` among the changes, and where nobody loaded what it became, no `to` either. So it is with the collection of
			  a parent that has left the session (`clear()`), and with one in memory that did not go along when a child was
			  assigned or taken away. What one call loaded and, after a `clear()` or `refresh()`, did not load again is as it was.
			- What refers to an entity that was deleted before it in the same session shows the identifier that its row held. After a
			  rollback to a savepoint an entry tells what the row holds again, and what an update of Hibernate's, whose session does
			  not go back, writes into it.
			- `AuditTrail.stateAt` completes a state from older entries, up to 1,000, as what was not loaded did not change. Left out
			  is a collection held by its elements that changed without being loaded, and one inside an embedded value.
			- Masked is what is marked `@Sensitive` or has a masked name, at any depth.
			  That it changed is shown. The mark counts on a field, getter, setter, record component or constructor parameter, in
			  the class or a supertype, and on an annotation that is used as one; the class that `build()` returns marks its builder,
			  too. Where a class is compiled without the names of
			  parameters, a marked one masks all members of its type.
			- A reference is the other's identifier; a collection of entities, their identifiers. Sets and bags are sorted, lists
			  with an order column keep their order. (Envers itself writes null for a lazy reference to an entity with an embedded
			  identifier that is mapped by its fields.)
			- Of an attribute with a converter the column's value is shown, of enumerations and booleans their own,
			  unless the column holds a text of more than 16 characters, which may be encrypted. What a user type (`@Type`), a JDBC type or a Java type writes that is not Hibernate's own is shown as it is written, JSON as JSON: it is
			  asked with a statement that is never run. What it writes in a way that only the database understands is masked, and so
			  is what an SQL expression writes: of `@ColumnTransformer(write = ...)`, and of `@SQLInsert` and `@SQLUpdate`, where
			  each column that does not get its parameter as it is (a cast aside) is masked. Of a statement that does not tell the
			  columns, such as the call of a procedure, all but the identifier are.
			- What is encrypted anew each time is no change as long as the plain value is the same. Keys of a map that are make a
			  list of `key` and `value`.
			- JSON of other libraries (Jackson's before version 3, Gson, `org.json`, Jakarta's) is JSON, and so is a text in a column of
			  the type `json` or `jsonb`, whichever way the mapping says so. JSON with secrets in a column of text is JSON with masks.
			- Of an object that the application's own mapper, or serialization, writes otherwise than by its getters, an entry shows
			  what these tell, or `not representable in JSON` and its class. That its column changed is told even where both look the same.
			- `byte[]` shows as digest and length. A `Blob` or `Clob` is never read: only that it was replaced is shown.
			- A stateless session knows only the identifier of what it updates or deletes, and Envers has no old values either. By
			  its rules the parent of what was updated changed, too; without it such a parent has no entry.
			- A state that cannot be read breaks nothing: the entry has none, and `stateErrors` in its metadata names the
			  exception. The log says so once for each kind of entity.
			- HQL, criteria and native statements that change rows directly pass by Hibernate's listeners, by Envers, and so by the
			  state. `bulk` in the call's metadata lists them, values left out, with the number of rows they changed, and `times` where
			  one ran several times. `rows` is missing where a native statement returns rows and changes some on the way. What was
			  rolled back is not listed. `StatelessSession.upsert` is among them, since nobody knows what was there.
			- Not seen is what does not go through a query of Hibernate: `JdbcTemplate`, `doWork`, stored procedures and functions,
			  triggers, `ON DELETE CASCADE`. Say in the call's metadata what it did.
			- Hibernate's own `org.hibernate.annotations.Audited` is not Envers': with `envers` such entities have no state in the
			  trail, and a warning at start-up names them. Use `org.hibernate.envers.Audited`, or `annotated`.
			""";

	@Test
	void isUpToDate() throws IOException {
		String document = document();
		if ("write".equals(System.getProperty("audit.docs"))) {
			Files.writeString(DOCUMENT, document);
		}
		assertThat(Files.readString(DOCUMENT)).as("written anew with -Daudit.docs=write").isEqualTo(document);
	}

	private static String document() {
		StringBuilder document = new StringBuilder(INTRODUCTION);
		Examples.bySection().forEach((section, examples) -> {
			document.append("\n## ").append(section).append('\n');
			examples.forEach((example) -> append(document, example));
		});
		return document.toString();
	}

	private static void append(StringBuilder document, Example example) {
		document.append("\n### ").append(example.title()).append('\n');
		if (!example.mapping().isEmpty()) {
			document.append("\n```java\n").append(example.mapping()).append("\n```\n");
		}
		List<State> states = ExampleTests.canonical(example.states());
		if (states.isEmpty()) {
			document.append("\nNo state.\n");
		}
		states.forEach((state) -> append(document, state));
		if (!example.withoutEnvers().equals(example.states())) {
			document.append("\nWithout Envers:\n");
			ExampleTests.canonical(example.withoutEnvers()).forEach((state) -> append(document, state));
		}
	}

	private static void append(StringBuilder document, State state) {
		document.append("\n| `").append(state.type()).append("` | `").append(state.id()).append("` |\n|---|---|\n");
		append(document, "before", state.before());
		append(document, "after", state.after());
		append(document, "changes", state.changes());
	}

	private static void append(StringBuilder document, String name, String json) {
		if (json != null) {
			document.append("| ").append(name).append(" | `").append(json).append("` |\n");
		}
	}

}
