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

			An entry shows the state before and after of the entities that an audited call changed. The state is taken from what Hibernate holds when it
			tells its listeners of a change. This takes no statement and no flush, and loads nothing.

			This page is generated from the tests. Its examples hold whether Envers or the starter decides what is captured. Where an application
			without Envers sees something else than one with Envers, an example shows both.

			| `audit.capture.entities` | `envers` | `all` | `annotated` |
			|---|---|---|---|
			| default | where Envers is there and on | elsewhere | |
			| entities | those that Envers audits | all | those with `@AuditedEntity`, those that Envers audits, and those with `org.hibernate.annotations.Audited` (since Hibernate 7.4, incubating) |
			| their properties | those that Envers audits | all that are mapped, except for the version | as with `all` |
			| left out | `@NotAudited`, `@AuditOverride`, `@AuditIgnore` | `@NotAudited`, `@Audited.Excluded`, `@AuditIgnore` | as with `all` |
			| an entry | where Envers writes a row | where something that is shown differs | as with `all` |
			| a lazy collection that is replaced or deleted | Envers loads it | is not loaded: its `from` is left out | as with `all` |
			| `revision` | that of Envers | that of Envers where it wrote one, else the changeset of Hibernate's own auditing if that is a number | as with `all` |

			**Which entities and properties**

			- `@AuditIgnore` leaves out a property (on its field or getter), an entity together with those that extend it, or the properties that entities
			  inherit from a mapped superclass. `audit.capture.ignored-entities` leaves out further entities by their names. Entities of
			  infrastructure are left out: the tables and revisions of Envers, and the entities of Spring Modulith and Axon.
			- If a call changes entities that have no state, although nobody asked to leave them out, its entry says so: `withoutState` in the
			  metadata counts these entities by their kind. At start-up, one line of the log names them. The same holds for entities beyond
			  the first 10,000 that a call changes in one transaction (`audit.capture.max-entities`).
			- Entities have a state in one persistence unit, that of the audited data source. `withoutState` counts the entities of other units that
			  a call changes: units of another database, of another pool, and of Spring's `LocalSessionFactoryBean`, whatever its data source.
			  A change that is rolled back before the entry is made is not counted, unless it is undone by a savepoint. To count for each call only its own changes,
			  sessions of other units are flushed, too, when the call begins and ends within their transactions. Nothing is counted
			  of a unit that the application builds without Spring's factory beans (`Persistence.createEntityManagerFactory`, Hibernate's
			  `Configuration`), nor of changes that a session opened by the application itself flushes only after the call.
			- When an entity is deleted by reference (`remove(getReference(...))`), Hibernate asks the database for it as soon as somebody listens to deletes. The trail
			  listens in each unit that has an entity to show or to count. So there is one more SELECT, without which nobody would know what was deleted.
			- With `all`, more entities have entries. So a name that two of them share gets longer for both (see below).
			- An entity has an entry where Envers writes a row for it, and without Envers likewise. That includes the owner of a collection that changed
			  while none of the owner's columns did. As long as Envers' `revision_on_collection_change` is on, it also includes the parent of a
			  child that came, went or moved. There are two exceptions. Envers misses a second equal element in a bag; here the owner of the bag has an entry. If
			  one call deletes something and stores it again, Envers compares the old with the new object by the application's own `equals`;
			  an entry tells what the row was before the call, and what it became.
			- What Envers does not audit is not shown: properties with `@NotAudited` or `@AuditOverride`, and the version. With `envers`, this includes
			  properties that an entity inherits from a `@MappedSuperclass` that is not `@Audited` itself. As nobody said explicitly that these are to be left out, a warning at
			  start-up names superclass and entities, and `notAudited` in an entry's metadata names the properties.
			- Hibernate's own `org.hibernate.annotations.Audited` is not the annotation of Envers. With `envers`, entities that have it have no state in the
			  trail, and a warning at start-up names them. Use `org.hibernate.envers.Audited`, or set `annotated`.

			**Names and identifiers**

			- Entities are told apart by their mapped name and their identifier, never by the name that is shown, nor by their own
			  `equals`. The name that is shown is the short name of the class, or that of `@Entity(name = ...)`. Where several entities have the same, the
			  name of the surrounding class stands before it: `SalesOrder.Line`, `Invoice.Line`.
			- The `targetType` of a call can mean an entity by each of these names, by the class's full name, and by the names of its
			  supertypes, as far as only one kind of entities has that name. Whichever name the call uses, its entry has the one name that is
			  shown. The same holds for related resources. Whoever reads the trail may use any of the names. As an identifier
			  is unique within a hierarchy of entities, the trail of a thing is the same by the name of each of its classes. So use a
			  word that is an entity's name only for that entity.
			- If no entity has the name that a call uses as `targetType`, or if several kinds of entities have it, the call may still mean an entity that it changed. If no entity has it, this is the changed entity with the
			  target's identifier, provided that its kind is the only one of all mapped kinds that has a name like it (one name contains the other:
			  `Order`, `OrderEntity`). If several kinds have a name like it, it is the one whose name is the same without `Entity`, `Jpa` or `Db`; and if there is none,
			  each changed entity has an entry of its own. If several kinds have it, it is the one that changed. Otherwise the name stays as it was given.
			- A secret identifier, or a secret part of one, is replaced by `hmac:` and a digest, also in references and the
			  keys of maps. The digest is the same for equal values, so that the trail of a thing can be followed. It is the first 128 bits of
			  HMAC-SHA256 over the value's text (for an identifier of several parts: over their canonical JSON), in hexadecimal digits. `TRUST.md` tells
			  about its key. The same is done with targets and related resources that a call or `AuditRecorder` names, with actors that are
			  entities, and with what is recorded about readers of the trail. Readers may ask by the digest or by the identifier itself. Of a
			  request, the template of its path is shown (`/tokens/{token}`). If no handler was chosen, the path itself is shown, and only
			  what follows a masked name in it is masked.

			**Values**

			- A value is shown as it would be if the row were read again: rounded to the column's scale and fractional seconds; cut
			  and padded as `varchar(n)` and `char(n)` are; a date as the day in the column, whatever the zone; a time without an
			  offset of its own in UTC. If two values are equal then, that is no change. All this is known from the mapping (`precision`, `scale`,
			  `secondPrecision`, `length`, `columnDefinition`), and from Hibernate's defaults only where Hibernate creates the tables. If a
			  migration makes a column that rounds, and the mapping does not say so, the entry does not show it.
			- If two properties have one column, the value of the property that is written is shown for both. A reference of several columns that other
			  properties write is left out. A property that a statement does not write
			  (`insertable`, `updatable`) keeps its value, and is left out after an insert. If memory holds another value, a second
			  flush in the same session does not know of the difference. In an embedded value, such a property is shown as it is in memory.
			- Values that the database computes from other columns when it reads a row (`@Formula`, `@JoinFormula`) are left out, because only reading the row again
			  would show them.
			- If Hibernate stores a `Calendar` without a zone and `hibernate.jdbc.time_zone` is set, the `Calendar` is written in its own zone and
			  read in that of the setting. So each update moves it, and an entry shows one of the two times.
			- The tables of Envers may differ from the entity's table, and so from an entry: their columns do not declare `secondPrecision`, and they hold
			  the value that was set in memory, even if no statement wrote it.
			- An embedded value in which everything is null counts as null, as it does when the row is read again. An element of a collection is never null; but
			  in a list with an order column, a null keeps the place of later elements.
			- A collection with a restriction (`@SQLRestriction`) is shown as far as it was loaded, together with elements that were added. Whatever comes from
			  a second-level cache is shown as the cache knows it. Hibernate keeps no copy of an entity that a session may only read (`@Immutable`, `setReadOnly`). If
			  an application sets something in such an entity in memory and deletes it, the state before shows the value that was set.
			- Envers loads lazy attributes of enhanced classes when it writes a row of an update; then they are shown.
			- The trail does not know what the database does on its own: triggers; column types that spell a text of the mapping in their own way
			  (`uuid`, `inet`, `money`); and defaults. A property that an insert leaves out (`@DynamicInsert`), and for which the mapping states a default,
			  is left out, too. Values that Hibernate reads back (`@Generated`, `@CurrentTimestamp`) are shown.
			- Envers does not start with a reference to an entity of any kind (`@Any`, `@ManyToAny`) unless the reference is `@NotAudited`. Without Envers, such a
			  reference is shown as `type` and `id`. Envers writes no row for a parent whose child uses the parent's identifier as its own (`@MapsId`),
			  so such a parent has no entry.
			- A reference is shown as the identifier of the other entity, and a collection of entities as their identifiers. Sets and bags are sorted; lists
			  with an order column keep their order. (Envers itself writes null for a lazy reference to an entity with an embedded
			  identifier that is mapped by its fields.)
			- `byte[]` is shown as digest and length. A `Blob` or `Clob` is never read: only that it was replaced is shown.

			**What was not loaded, deleted or rolled back**

			- Properties that are not loaded are left out, lazy attributes included. If it is known that something changed, but not from what, there is
			  no `from` among the changes. If nobody loaded the new value, there is no `to` either. This holds for the collection of
			  a parent that has left the session (`clear()`), and for a collection in memory that was not updated when a child was
			  assigned or taken away. If one call loaded something and did not load it again after a `clear()` or `refresh()`, it is shown as it was.
			- A reference to an entity that was deleted before in the same session is shown as the identifier that the row held. After a
			  rollback to a savepoint, an entry shows what the row holds again; and it shows what a later update by Hibernate, whose session does
			  not go back to the savepoint, writes into the row.
			- `AuditTrail.stateAt` completes a state from up to 1,000 older entries, because a property that was not loaded did not change. Two kinds of collections
			  are left out: one that is held by its elements and changed without being loaded, and one inside an embedded value.

			**Secrets and conversions**

			- Everything that is marked `@Sensitive` or has a masked name is masked, at any depth.
			  That its value changed is shown. The mark counts on a field, getter, setter, record component or constructor parameter, in
			  the class or in a supertype, and on an annotation that is used in its place. The marks of the class that `build()` returns also count for its
			  builder. If a class is compiled without the names of
			  parameters, one marked parameter masks all members of its type.
			- For an attribute with a converter, the value in the column is shown, and for enumerations and booleans their own value,
			  unless the column holds a text of more than 16 characters, which may be encrypted.
			- A user type (`@Type`), a JDBC type or a Java type that is not Hibernate's own is asked how it writes its value, with a
			  statement that is never run. The value is shown as the type writes it, and JSON as JSON. If it is written in a way that only the database understands, it is masked. Values that
			  an SQL expression writes are masked, too: those of `@ColumnTransformer(write = ...)`, and in `@SQLInsert` and `@SQLUpdate`
			  those of each column that does not get its parameter as it is (a cast does not matter). If a statement does not name its
			  columns, such as the call of a procedure, everything but the identifier is masked.
			- A value that is encrypted anew each time is unchanged as long as the plain value is the same. A map with such keys is shown as a
			  list of `key` and `value`.
			- JSON of other libraries (Jackson before version 3, Gson, `org.json`, Jakarta's) is shown as JSON, and so is a text in a column of
			  the type `json` or `jsonb`, in whichever way the mapping says so. JSON with secrets in a column of text is shown as JSON, with the secrets masked.
			  In any other text, what is assigned to a masked name is masked (`Password=...`), except in identifiers.
			- If the application's own mapper, or serialization, writes an object otherwise than by its getters, an entry shows
			  what the getters tell, or `not representable in JSON` and the class. That the column changed is told even if both look the same.

			**Statements and sessions**

			- A stateless session knows only the identifier of what it updates or deletes, and Envers has no old values either. By
			  the rules of Envers, the parent of what was updated changed, too; without Envers, such a parent has no entry.
			- A state that cannot be read breaks nothing: the entry has no state, and `stateErrors` in its metadata names the
			  exception. The log reports this once for each kind of entity.
			- HQL, criteria and native statements that change rows directly bypass Hibernate's listeners and Envers, and so they leave no
			  state. `bulk` in the call's metadata lists them, without values, with the number of rows that they changed, and with `times` if
			  one ran several times. `rows` is missing if a native statement returns rows and also changes some. Statements that were
			  rolled back are not listed. `StatelessSession.upsert` is among those listed, because nobody knows what was there before.
			- Changes that do not go through a query of Hibernate are not seen: `JdbcTemplate`, `doWork`, stored procedures and functions,
			  triggers, `ON DELETE CASCADE`. Put into the call's metadata what these did.
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
