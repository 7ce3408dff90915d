package io.auditspring.capture.state;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.auditspring.Sensitive;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Convert;
import jakarta.persistence.Converter;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;
import org.hibernate.type.SqlTypes;

/**
 * Values that are never shown.
 */
final class Secrets {

	private Secrets() {
	}

	static List<Example> examples() {
		return List.of(changed(), unchanged(), embedded(), inJson(), inMap(), money(), encrypted(), credentials());
	}

	private static Example changed() {
		return Example.of("That a secret changed is shown, its value is not")
			.mapping("@Sensitive String taxNumber; String password;")
			.given(new Person(1))
			.call((entityManager) -> {
				Person person = entityManager.find(Person.class, 1);
				person.taxNumber = "DE-2";
				person.password = "swordfish-2";
			})
			.updates("Person", 1, "{'id': 1, 'name': 'Ann', 'taxNumber': '***', 'password': '***', 'address': null}",
					"{'id': 1, 'name': 'Ann', 'taxNumber': '***', 'password': '***', 'address': null}",
					"{'taxNumber': {'from': '***', 'to': '***'}, 'password': {'from': '***', 'to': '***'}}")
			.build();
	}

	private static Example unchanged() {
		return Example.of("A secret that did not change is no change").given(new Person(2)).call((entityManager) -> {
			Person person = entityManager.find(Person.class, 2);
			person.password = "other";
			entityManager.flush();
			person.password = "swordfish";
			person.taxNumber = null;
		})
			.updates("Person", 2, "{'id': 2, 'name': 'Ann', 'taxNumber': '***', 'password': '***', 'address': null}",
					"{'id': 2, 'name': 'Ann', 'taxNumber': null, 'password': '***', 'address': null}",
					"{'taxNumber': {'from': '***', 'to': null}}")
			.build();
	}

	private static Example embedded() {
		return Example.of("Inside embedded values, too").mapping("""
				@Embedded Address address;
				@Embeddable class Address { String city; @Sensitive String street; @NotAudited String hint; Geo geo; }
				@Embeddable class Geo { int zone; String pin; }""").given((entityManager) -> {
			Person person = new Person(3);
			person.address = new Address("Bonn", "Main 1");
			entityManager.persist(person);
		}).call((entityManager) -> {
			Person person = entityManager.find(Person.class, 3);
			person.address.street = "Main 2";
			person.address.hint = "left";
			person.address.geo.pin = "4711";
		}).updates("Person", 3, """
				{'id': 3, 'name': 'Ann', 'taxNumber': '***', 'password': '***',
				'address': {'city': 'Bonn', 'street': '***', 'geo': {'zone': 1, 'pin': '***'}}}""", """
				{'id': 3, 'name': 'Ann', 'taxNumber': '***', 'password': '***',
				'address': {'city': 'Bonn', 'street': '***', 'geo': {'zone': 1, 'pin': '***'}}}""", """
				{'address': {'from': {'city': 'Bonn', 'street': '***', 'geo': {'zone': 1, 'pin': '***'}},
				'to': {'city': 'Bonn', 'street': '***', 'geo': {'zone': 1, 'pin': '***'}}}}""").build();
	}

	private static Example inJson() {
		return Example.of("Inside JSON columns, too")
			.mapping("""
					@JdbcTypeCode(SqlTypes.JSON) Profile profile;
					record Profile(String nick, @Sensitive String birthName, Map<String, String> devices) {}""")
			.given(new Account(1, new Profile("ann", "Smith", Map.of("token", "a"))))
			.call((entityManager) -> entityManager.find(Account.class, 1).profile = new Profile("ann", "Miller",
					Map.of("token", "a")))
			.updates("Account", 1,
					"{'id': 1, 'profile': {'nick': 'ann', 'birthName': '***', 'devices': {'token': '***'}}}",
					"{'id': 1, 'profile': {'nick': 'ann', 'birthName': '***', 'devices': {'token': '***'}}}", """
							{'profile': {'from': {'nick': 'ann', 'birthName': '***', 'devices': {'token': '***'}},
							'to': {'nick': 'ann', 'birthName': '***', 'devices': {'token': '***'}}}}""")
			.build();
	}

	private static Example inMap() {
		return Example.of("Under the keys of maps, too")
			.mapping("@ElementCollection Map<String, String> hints;")
			.given((entityManager) -> {
				Person person = new Person(4);
				person.hints.putAll(Map.of("color", "red", "secret", "a"));
				entityManager.persist(person);
			})
			.call((entityManager) -> entityManager.find(Person.class, 4).hints.put("secret", "b"))
			.updates("Person", 4, """
					{'id': 4, 'name': 'Ann', 'taxNumber': '***', 'password': '***', 'address': null,
					'hints': {'color': 'red', 'secret': '***'}}""", """
					{'id': 4, 'name': 'Ann', 'taxNumber': '***', 'password': '***', 'address': null,
					'hints': {'color': 'red', 'secret': '***'}}""", """
					{'hints': {'from': {'color': 'red', 'secret': '***'}, 'to': {'color': 'red', 'secret': '***'}}}""")
			.build();
	}

	private static Example money() {
		return Example.of("Of a converted attribute the column's value is shown")
			.mapping("@Convert(converter = MoneyConverter.class) Money price;")
			.given(new Offer(1, new Money(100, "EUR")))
			.call((entityManager) -> entityManager.find(Offer.class, 1).price = new Money(200, "EUR"))
			.updates("Offer", 1, "{'id': 1, 'price': '100 EUR'}", "{'id': 1, 'price': '200 EUR'}",
					"{'price': {'from': '100 EUR', 'to': '200 EUR'}}")
			.build();
	}

	private static Example encrypted() {
		return Example.of("What a converter encrypts stays encrypted, and changed only if the plain value did")
			.mapping("@Convert(converter = Cipher.class) String diagnosis;")
			.given(new Patient(1))
			.call((entityManager) -> {
				Patient patient = entityManager.find(Patient.class, 1);
				patient.ward = "B";
				patient.notes.add("moved");
			})
			.updates("Patient", 1, "{'id': 1, 'diagnosis': '(cipher)', 'ward': 'A', 'notes': []}",
					"{'id': 1, 'diagnosis': '(cipher)', 'ward': 'B', 'notes': ['moved']}", """
							{'ward': {'from': 'A', 'to': 'B'},
							'notes': {'from': [], 'to': ['moved']}}""")
			.build();
	}

	private static Example credentials() {
		return Example.of("A converted object that has secret members is masked as a whole")
			.mapping("""
					@Convert(converter = CredentialsConverter.class) Credentials login;
					record Credentials(String user, @Sensitive String phrase) {}""")
			.given(new Connection(1, new Credentials("ann", "a")))
			.call((entityManager) -> entityManager.find(Connection.class, 1).login = new Credentials("ann", "b"))
			.updates("Connection", 1, "{'id': 1, 'login': '***'}", "{'id': 1, 'login': '***'}",
					"{'login': {'from': '***', 'to': '***'}}")
			.build();
	}

	@Entity
	@Audited
	static class Person {

		@Id
		long id;

		String name = "Ann";

		@Sensitive
		String taxNumber = "DE-1";

		String password = "swordfish";

		@Embedded
		Address address;

		@ElementCollection
		Map<String, String> hints = new HashMap<>();

		Person() {
		}

		Person(long id) {
			this.id = id;
		}

	}

	@Embeddable
	static class Address {

		String city;

		@Sensitive
		String street;

		@NotAudited
		String hint;

		Geo geo = new Geo();

		Address() {
		}

		Address(String city, String street) {
			this.city = city;
			this.street = street;
		}

	}

	@Embeddable
	static class Geo {

		int zone = 1;

		String pin = "0815";

	}

	@Entity
	@Audited
	static class Account {

		@Id
		long id;

		@JdbcTypeCode(SqlTypes.JSON)
		Profile profile;

		Account() {
		}

		Account(long id, Profile profile) {
			this.id = id;
			this.profile = profile;
		}

	}

	record Profile(String nick, @Sensitive String birthName, Map<String, String> devices) {

	}

	@Entity
	@Audited
	static class Offer {

		@Id
		long id;

		@Convert(converter = MoneyConverter.class)
		Money price;

		Offer() {
		}

		Offer(long id, Money price) {
			this.id = id;
			this.price = price;
		}

	}

	record Money(int cents, String currency) {

	}

	@Converter
	static class MoneyConverter implements AttributeConverter<Money, String> {

		@Override
		public String convertToDatabaseColumn(Money money) {
			return (money != null) ? money.cents() + " " + money.currency() : null;
		}

		@Override
		public Money convertToEntityAttribute(String column) {
			return (column != null) ? new Money(Integer.parseInt(column.substring(0, column.indexOf(' '))),
					column.substring(column.indexOf(' ') + 1)) : null;
		}

	}

	@Entity
	@Audited
	static class Patient {

		@Id
		long id;

		@Convert(converter = Cipher.class)
		String diagnosis = "measles";

		String ward = "A";

		@ElementCollection
		List<String> notes = new java.util.ArrayList<>();

		Patient() {
		}

		Patient(long id) {
			this.id = id;
		}

	}

	/**
	 * Gives another text for the same value each time, as encryption should.
	 */
	@Converter
	static class Cipher implements AttributeConverter<String, String> {

		private final SecureRandom random = new SecureRandom();

		@Override
		public String convertToDatabaseColumn(String plain) {
			return "cipher:%s:%s".formatted(Long.toHexString(this.random.nextLong()),
					Base64.getEncoder().encodeToString(plain.getBytes()));
		}

		@Override
		public String convertToEntityAttribute(String column) {
			return new String(Base64.getDecoder().decode(column.substring(column.lastIndexOf(':') + 1)));
		}

	}

	@Entity
	@Audited
	static class Connection {

		@Id
		long id;

		@Convert(converter = CredentialsConverter.class)
		Credentials login;

		Connection() {
		}

		Connection(long id, Credentials login) {
			this.id = id;
			this.login = login;
		}

	}

	record Credentials(String user, @Sensitive String phrase) {

	}

	@Converter
	static class CredentialsConverter implements AttributeConverter<Credentials, String> {

		@Override
		public String convertToDatabaseColumn(Credentials credentials) {
			return credentials.user() + ":" + credentials.phrase();
		}

		@Override
		public Credentials convertToEntityAttribute(String column) {
			return new Credentials(column.substring(0, column.indexOf(':')), column.substring(column.indexOf(':') + 1));
		}

	}

}
