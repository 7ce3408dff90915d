package io.auditspring.capture.state;

import java.math.BigDecimal;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.Version;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.NaturalId;
import org.hibernate.annotations.TimeZoneStorage;
import org.hibernate.annotations.TimeZoneStorageType;
import org.hibernate.envers.AuditOverride;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;
import org.hibernate.type.SqlTypes;

/**
 * Values in columns.
 */
final class Columns {

	private Columns() {
	}

	static List<Example> examples() {
		return List.of(insert(), update(), delete(), notAudited(), notAuditedTogether(), versionOnly(), times(),
				money(), identifiers(), bytes(), json(), mappedSuperclass(), twoFlushes(), insertAndDelete());
	}

	private static Example insert() {
		return Example.of("Insert")
			.mapping("""
					@Entity @Audited class Product {
						@Id long id;
						@Version int version;
						@NaturalId String code;
						@Enumerated Status status;
						boolean active;
						@NotAudited String note;
					}""")
			.call((entityManager) -> entityManager.persist(new Product(1, "P-1")))
			.inserts("Product", 1, "{'id': 1, 'code': 'P-1', 'status': 'NEW', 'active': true}")
			.build();
	}

	private static Example update() {
		return Example.of("Update")
			.given(new Product(2, "P-2"))
			.call((entityManager) -> entityManager.find(Product.class, 2).status = Status.SOLD)
			.updates("Product", 2, "{'id': 2, 'code': 'P-2', 'status': 'NEW', 'active': true}",
					"{'id': 2, 'code': 'P-2', 'status': 'SOLD', 'active': true}",
					"{'status': {'from': 'NEW', 'to': 'SOLD'}}")
			.build();
	}

	private static Example delete() {
		return Example.of("Delete")
			.given(new Product(3, "P-3"))
			.call((entityManager) -> entityManager.remove(entityManager.find(Product.class, 3)))
			.deletes("Product", 3, "{'id': 3, 'code': 'P-3', 'status': 'NEW', 'active': true}")
			.build();
	}

	private static Example notAudited() {
		return Example.of("Only a `@NotAudited` property changes: Envers writes nothing, the entry has no state")
			.given(new Product(4, "P-4"))
			.call((entityManager) -> entityManager.find(Product.class, 4).note = "changed")
			.build();
	}

	private static Example notAuditedTogether() {
		return Example.of("A `@NotAudited` property changes with another")
			.given(new Product(5, "P-5"))
			.call((entityManager) -> {
				Product product = entityManager.find(Product.class, 5);
				product.note = "changed";
				product.active = false;
			})
			.updates("Product", 5, "{'id': 5, 'code': 'P-5', 'status': 'NEW', 'active': true}",
					"{'id': 5, 'code': 'P-5', 'status': 'NEW', 'active': false}",
					"{'active': {'from': true, 'to': false}}")
			.build();
	}

	private static Example versionOnly() {
		return Example.of("Only the version changes")
			.given(new Product(6, "P-6"))
			.call((entityManager) -> entityManager.lock(entityManager.find(Product.class, 6),
					jakarta.persistence.LockModeType.OPTIMISTIC_FORCE_INCREMENT))
			.build();
	}

	private static Example times() {
		return Example.of("Points in time are ISO 8601")
			.mapping("Instant instant; LocalDate date; OffsetDateTime offset; Duration duration;")
			.given(new Times(1))
			.call((entityManager) -> {
				Times times = entityManager.find(Times.class, 1);
				times.date = LocalDate.of(2026, 12, 24);
				times.offset = OffsetDateTime.parse("2026-11-21T10:00:00+02:00");
			})
			.updates("Times", 1, """
					{'id': 1, 'instant': '2026-11-21T09:46:01.123456Z', 'date': '2026-11-21',
					'offset': '2026-11-21T09:46:01+01:00', 'duration': 'PT1H30M'}""", """
					{'id': 1, 'instant': '2026-11-21T09:46:01.123456Z', 'date': '2026-12-24',
					'offset': '2026-11-21T10:00:00+02:00', 'duration': 'PT1H30M'}""", """
					{'date': {'from': '2026-11-21', 'to': '2026-12-24'},
					'offset': {'from': '2026-11-21T09:46:01+01:00', 'to': '2026-11-21T10:00:00+02:00'}}""")
			.build();
	}

	private static Example money() {
		return Example.of("Decimal numbers are exact")
			.mapping("@Column(precision = 38, scale = 10) BigDecimal amount;")
			.given(new Balance(1, new BigDecimal("1234567890123456789.0100000000")))
			.call((entityManager) -> entityManager.find(Balance.class, 1).amount = new BigDecimal(
					"1234567890123456789.0200000000"))
			.updates("Balance", 1, "{'id': 1, 'amount': 1234567890123456789.01}",
					"{'id': 1, 'amount': 1234567890123456789.02}",
					"{'amount': {'from': 1234567890123456789.01, 'to': 1234567890123456789.02}}")
			.build();
	}

	private static Example identifiers() {
		return Example.of("UUID, URL and URI are text")
			.mapping("UUID uuid; URL url; URI uri;")
			.call((entityManager) -> entityManager.persist(new Links(1)))
			.inserts("Links", 1, """
					{'id': 1, 'uuid': '01939b2e-5c00-7abc-8def-0123456789ab', 'url': 'https://example.org/a',
					'uri': 'urn:isbn:1'}""")
			.build();
	}

	private static Example bytes() {
		return Example.of("Binary content shows as digest and length")
			.mapping("byte[] content;")
			.given(new Attachment(1, new byte[] { 1, 2, 3 }))
			.call((entityManager) -> entityManager.find(Attachment.class, 1).content = new byte[] { 1, 2 })
			.updates("Attachment", 1, """
					{'id': 1, 'content': {'length': 3,
					'sha256': '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81'}}""", """
					{'id': 1, 'content': {'length': 2,
					'sha256': 'a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222'}}""", """
					{'content': {'from': {'length': 3,
					'sha256': '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81'},
					'to': {'length': 2,
					'sha256': 'a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222'}}}""")
			.build();
	}

	private static Example json() {
		return Example.of("JSON columns are JSON, numbers exact and secrets masked")
			.mapping("""
					@JdbcTypeCode(SqlTypes.JSON) Map<String, Object> settings;
					@JdbcTypeCode(SqlTypes.JSON) String raw;""")
			.given(new Configured(1, Map.of("size", 1, "password", "a"),
					"{\"b\": [12345678901234567890.5], \"token\": \"a\"}"))
			.call((entityManager) -> {
				Configured configured = entityManager.find(Configured.class, 1);
				configured.settings = Map.of("size", 2, "password", "a");
				configured.raw = "{\"b\": [12345678901234567890.5], \"token\": \"b\"}";
			})
			.updates("Configured", 1,
					"{'id': 1, 'settings': {'size': 1, 'password': '***'}, 'raw': {'b': [12345678901234567890.5], 'token': '***'}}",
					"{'id': 1, 'settings': {'size': 2, 'password': '***'}, 'raw': {'b': [12345678901234567890.5], 'token': '***'}}",
					"""
							{'settings': {'from': {'size': 1, 'password': '***'}, 'to': {'size': 2, 'password': '***'}},
							'raw': {'from': {'b': [12345678901234567890.5], 'token': '***'}, 'to': {'b': [12345678901234567890.5], 'token': '***'}}}""")
			.build();
	}

	private static Example mappedSuperclass() {
		return Example.of("Mapped superclasses and `@AuditOverride`").mapping("""
				@MappedSuperclass @Audited class Base { @Id long id; String origin; @NotAudited String cache; }
				@Entity @Audited @AuditOverride(forClass = Base.class, name = "origin", isAudited = false)
				class Derived extends Base { String title; }""").given(new Derived(1, "a")).call((entityManager) -> {
			Derived derived = entityManager.find(Derived.class, 1);
			derived.title = "b";
			derived.origin = "elsewhere";
			derived.cache = "x";
		})
			.updates("Derived", 1, "{'id': 1, 'title': 'a'}", "{'id': 1, 'title': 'b'}",
					"{'title': {'from': 'a', 'to': 'b'}}")
			.withoutEnvers()
			.updates("Derived", 1, "{'id': 1, 'origin': 'here', 'title': 'a'}",
					"{'id': 1, 'origin': 'elsewhere', 'title': 'b'}", """
							{'origin': {'from': 'here', 'to': 'elsewhere'}, 'title': {'from': 'a', 'to': 'b'}}""")
			.build();
	}

	private static Example twoFlushes() {
		return Example.of("Several flushes in one call are one change")
			.given(new Product(7, "P-7"))
			.call((entityManager) -> {
				Product product = entityManager.find(Product.class, 7);
				product.status = Status.SOLD;
				entityManager.flush();
				product.active = false;
				entityManager.flush();
				product.status = Status.GONE;
			})
			.updates("Product", 7, "{'id': 7, 'code': 'P-7', 'status': 'NEW', 'active': true}",
					"{'id': 7, 'code': 'P-7', 'status': 'GONE', 'active': false}",
					"{'active': {'from': true, 'to': false}, 'status': {'from': 'NEW', 'to': 'GONE'}}")
			.build();
	}

	private static Example insertAndDelete() {
		return Example.of("What is inserted and deleted in one call leaves nothing").call((entityManager) -> {
			Product product = new Product(8, "P-8");
			entityManager.persist(product);
			entityManager.flush();
			entityManager.remove(product);
		}).build();
	}

	enum Status {

		NEW, SOLD, GONE

	}

	@Entity
	@Audited
	static class Product {

		@Id
		long id;

		@Version
		int version;

		@NaturalId
		String code;

		@Enumerated(EnumType.STRING)
		Status status = Status.NEW;

		boolean active = true;

		@NotAudited
		String note;

		Product() {
		}

		Product(long id, String code) {
			this.id = id;
			this.code = code;
		}

	}

	@Entity
	@Audited
	static class Times {

		@Id
		long id;

		Instant instant = Instant.parse("2026-11-21T09:46:01.123456Z");

		@Column(name = "on_date")
		LocalDate date = LocalDate.of(2026, 11, 21);

		@TimeZoneStorage(TimeZoneStorageType.COLUMN)
		@Column(name = "with_offset")
		OffsetDateTime offset = OffsetDateTime.parse("2026-11-21T09:46:01+01:00");

		Duration duration = Duration.ofMinutes(90);

		Times() {
		}

		Times(long id) {
			this.id = id;
		}

	}

	@Entity
	@Audited
	static class Balance {

		@Id
		long id;

		@Column(precision = 38, scale = 10)
		BigDecimal amount;

		Balance() {
		}

		Balance(long id, BigDecimal amount) {
			this.id = id;
			this.amount = amount;
		}

	}

	@Entity
	@Audited
	static class Links {

		@Id
		long id;

		UUID uuid = UUID.fromString("01939b2e-5c00-7abc-8def-0123456789ab");

		URL url;

		URI uri = URI.create("urn:isbn:1");

		Links() {
		}

		Links(long id) {
			this.id = id;
			try {
				this.url = new URL("https://example.org/a");
			}
			catch (java.net.MalformedURLException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	@Entity
	@Audited
	static class Attachment {

		@Id
		long id;

		byte[] content;

		Attachment() {
		}

		Attachment(long id, byte[] content) {
			this.id = id;
			this.content = content;
		}

	}

	@Entity
	@Audited
	static class Configured {

		@Id
		long id;

		@JdbcTypeCode(SqlTypes.JSON)
		Map<String, Object> settings;

		@JdbcTypeCode(SqlTypes.JSON)
		String raw;

		Configured() {
		}

		Configured(long id, Map<String, Object> settings, String raw) {
			this.id = id;
			this.settings = settings;
			this.raw = raw;
		}

	}

	@MappedSuperclass
	@Audited
	static class Base {

		@Id
		long id;

		String origin = "here";

		@NotAudited
		String cache;

	}

	@Entity
	@Audited
	@AuditOverride(forClass = Base.class, name = "origin", isAudited = false)
	static class Derived extends Base {

		String title;

		Derived() {
		}

		Derived(long id, String title) {
			this.id = id;
			this.title = title;
		}

	}

}
