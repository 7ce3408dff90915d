package io.auditspring.capture.state;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.security.SecureRandom;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
import jakarta.persistence.Table;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.JdbcType;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.SQLInsert;
import org.hibernate.annotations.SQLUpdate;
import org.hibernate.annotations.Type;
import org.hibernate.envers.Audited;
import org.hibernate.envers.NotAudited;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.ValueBinder;
import org.hibernate.type.descriptor.ValueExtractor;
import org.hibernate.type.descriptor.WrapperOptions;
import org.hibernate.type.descriptor.java.JavaType;
import org.hibernate.type.descriptor.jdbc.BasicBinder;
import org.hibernate.type.descriptor.jdbc.BasicExtractor;
import org.hibernate.type.descriptor.jdbc.VarcharJdbcType;
import org.hibernate.usertype.UserType;
import org.postgresql.util.PGobject;
import tools.jackson.databind.json.JsonMapper;

/**
 * Values that are never shown.
 */
final class Secrets {

	private Secrets() {
	}

	static List<Example> examples() {
		return List.of(changed(), unchanged(), embedded(), inJson(), inMap(), money(), encrypted(), credentials(),
				unseen(), assigned(), onConstructor(), constants(), transformed(), statement(), userType(), jdbcType());
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

	private static Example unseen() {
		return Example.of("So is one whose secret nothing but its converter reads")
			.mapping("""
					@Convert(converter = HandshakeConverter.class) Handshake handshake;
					class Handshake { private final String user; @Sensitive private final String phrase; }""")
			.given(new Meeting(1, new Handshake("ann", "a")))
			.call((entityManager) -> entityManager.find(Meeting.class, 1).handshake = new Handshake("ann", "b"))
			.updates("Meeting", 1, "{'id': 1, 'handshake': '***'}", "{'id': 1, 'handshake': '***'}",
					"{'handshake': {'from': '***', 'to': '***'}}")
			.build();
	}

	private static Example assigned() {
		return Example.of("In a text, what is assigned to a masked name is masked, and an identifier is shown as it is")
			.mapping("@Id String id; String url;")
			.given(new Deployment("pin:7", "Server=db;User=sa;Password=a;Port=1"))
			.call((entityManager) -> entityManager.find(Deployment.class,
					"pin:7").url = "Server=db;User=sa;Password=b;Port=1")
			.updates("Deployment", "pin:7", "{'id': 'pin:7', 'url': 'Server=db;User=sa;Password=***;Port=1'}",
					"{'id': 'pin:7', 'url': 'Server=db;User=sa;Password=***;Port=1'}", """
							{'url': {'from': 'Server=db;User=sa;Password=***;Port=1',
							'to': 'Server=db;User=sa;Password=***;Port=1'}}""")
			.build();
	}

	private static Example onConstructor() {
		return Example.of("Wherever the mark stands: here on constructor parameters, as Kotlin has it")
			.mapping(
					"""
							class Citizen(@Id val id: Long, @Sensitive val nationalId: String, @Personal var phone: String, val home: Home)
							@Embeddable class Home(@Sensitive val street: String, val city: String)
							@Sensitive annotation class Personal""")
			.given(new Citizen(1, "A-1", "555", new Home("Main 1", "Bonn")))
			.call((entityManager) -> entityManager.find(Citizen.class, 1).phone = "556")
			.updates("Citizen", 1, """
					{'id': 1, 'nationalId': '***', 'phone': '***', 'home': {'street': '***', 'city': 'Bonn'}}""", """
					{'id': 1, 'nationalId': '***', 'phone': '***', 'home': {'street': '***', 'city': 'Bonn'}}""",
					"{'phone': {'from': '***', 'to': '***'}}")
			.build();
	}

	private static Example constants() {
		return Example.of("A constant is shown by its name, unless its column holds more than a code")
			.mapping(
					"""
							enum Blood { A, B }
							@Convert(converter = Code.class) Blood donor; @Convert(converter = SealedBlood.class) Blood receiver;""")
			.given(new Transfusion(1))
			.call((entityManager) -> {
				Transfusion transfusion = entityManager.find(Transfusion.class, 1);
				transfusion.donor = Blood.B;
				transfusion.receiver = Blood.B;
			})
			.updates("Transfusion", 1, "{'id': 1, 'donor': 'A', 'receiver': '(cipher)'}",
					"{'id': 1, 'donor': 'B', 'receiver': '(cipher)'}", """
							{'donor': {'from': 'A', 'to': 'B'}, 'receiver': {'from': '(cipher)', 'to': '(cipher)'}}""")
			.build();
	}

	private static Example transformed() {
		return Example.of("What an SQL expression writes only the database knows")
			.mapping("@ColumnTransformer(read = \"reverse(diagnosis)\", write = \"reverse(?)\") String diagnosis;")
			.given(new Finding(1, "measles"))
			.call((entityManager) -> entityManager.find(Finding.class, 1).diagnosis = "mumps")
			.updates("Finding", 1, "{'id': 1, 'diagnosis': '***'}", "{'id': 1, 'diagnosis': '***'}",
					"{'diagnosis': {'from': '***', 'to': '***'}}")
			.build();
	}

	private static Example statement() {
		return Example.of("So it is with what a statement of the application makes of a value")
			.mapping(
					"""
							@SQLInsert(sql = "insert into verdict (court, reason, id) values (?, reverse(?), ?)")
							@SQLUpdate(sql = "update verdict set court = ?, reason = reverse(?) where id = ?")
							class Verdict { @Id long id; String court; @ColumnTransformer(read = "reverse(reason)") String reason; }
							""")
			.given(new Verdict(1, "proven"))
			.call((entityManager) -> entityManager.find(Verdict.class, 1).reason = "unproven")
			.updates("Verdict", 1, "{'id': 1, 'court': 'Bonn', 'reason': '***'}",
					"{'id': 1, 'court': 'Bonn', 'reason': '***'}", "{'reason': {'from': '***', 'to': '***'}}")
			.build();
	}

	private static Example userType() {
		return Example.of("What a user type of the application writes is shown as it writes it")
			.mapping("@Type(Sealed.class) String note; @Type(Tags.class) Map<String, String> tags;")
			.given(new Letter(1, "hello"))
			.call((entityManager) -> {
				Letter letter = entityManager.find(Letter.class, 1);
				letter.title = "b";
				letter.tags = Map.of("color", "red", "password", "swordfish");
			})
			.updates("Letter", 1, "{'id': 1, 'title': 'a', 'note': '(cipher)', 'tags': {'color': 'red'}}",
					"{'id': 1, 'title': 'b', 'note': '(cipher)', 'tags': '***'}", """
							{'title': {'from': 'a', 'to': 'b'}, 'tags': {'from': {'color': 'red'}, 'to': '***'}}""")
			.build();
	}

	private static Example jdbcType() {
		return Example.of("So is what a JDBC type of the application writes")
			.mapping("@JdbcType(SealedText.class) String note;")
			.given(new Postcard(1, "hello"))
			.call((entityManager) -> entityManager.find(Postcard.class, 1).note = "bye")
			.updates("Postcard", 1, "{'id': 1, 'note': 'olleh'}", "{'id': 1, 'note': 'eyb'}",
					"{'note': {'from': 'olleh', 'to': 'eyb'}}")
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

	@Entity
	@Audited
	static class Meeting {

		@Id
		long id;

		@Convert(converter = HandshakeConverter.class)
		Handshake handshake;

		Meeting() {
		}

		Meeting(long id, Handshake handshake) {
			this.id = id;
			this.handshake = handshake;
		}

	}

	static final class Handshake {

		private final String user;

		@Sensitive
		private final String phrase;

		Handshake(String user, String phrase) {
			this.user = user;
			this.phrase = phrase;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Handshake handshake && this.user.equals(handshake.user)
					&& this.phrase.equals(handshake.phrase);
		}

		@Override
		public int hashCode() {
			return this.user.hashCode();
		}

	}

	@Converter
	static class HandshakeConverter implements AttributeConverter<Handshake, String> {

		@Override
		public String convertToDatabaseColumn(Handshake handshake) {
			return handshake.user + ":" + handshake.phrase;
		}

		@Override
		public Handshake convertToEntityAttribute(String column) {
			return new Handshake(column.substring(0, column.indexOf(':')), column.substring(column.indexOf(':') + 1));
		}

	}

	@Entity
	@Audited
	static class Deployment {

		@Id
		String id;

		String url;

		Deployment() {
		}

		Deployment(String id, String url) {
			this.id = id;
			this.url = url;
		}

	}

	@Sensitive
	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.PARAMETER)
	@interface Personal {

	}

	@Entity
	@Audited
	static class Citizen {

		@Id
		long id;

		String nationalId;

		String phone;

		@Embedded
		Home home;

		Citizen() {
		}

		Citizen(long id, @Sensitive String nationalId, @Personal String phone, Home home) {
			this.id = id;
			this.nationalId = nationalId;
			this.phone = phone;
			this.home = home;
		}

	}

	@Embeddable
	static class Home {

		String street;

		String city;

		Home() {
		}

		Home(@Sensitive String street, String city) {
			this.street = street;
			this.city = city;
		}

	}

	enum Blood {

		A, B

	}

	@Entity
	@Audited
	static class Transfusion {

		@Id
		long id;

		@Convert(converter = Code.class)
		Blood donor = Blood.A;

		@Convert(converter = SealedBlood.class)
		Blood receiver = Blood.A;

		Transfusion() {
		}

		Transfusion(long id) {
			this.id = id;
		}

	}

	@Converter
	static class Code implements AttributeConverter<Blood, Integer> {

		@Override
		public Integer convertToDatabaseColumn(Blood blood) {
			return blood.ordinal() + 7;
		}

		@Override
		public Blood convertToEntityAttribute(Integer column) {
			return Blood.values()[column - 7];
		}

	}

	@Converter
	static class SealedBlood implements AttributeConverter<Blood, String> {

		@Override
		public String convertToDatabaseColumn(Blood blood) {
			return "cipher:0:" + Base64.getEncoder().encodeToString(("Blood group " + blood).getBytes());
		}

		@Override
		public Blood convertToEntityAttribute(String column) {
			String text = new String(Base64.getDecoder().decode(column.substring(column.lastIndexOf(':') + 1)));
			return Blood.valueOf(text.substring(text.length() - 1));
		}

	}

	@Entity
	@Audited
	static class Finding {

		@Id
		long id;

		@ColumnTransformer(read = "reverse(diagnosis)", write = "reverse(?)")
		String diagnosis;

		Finding() {
		}

		Finding(long id, String diagnosis) {
			this.id = id;
			this.diagnosis = diagnosis;
		}

	}

	@Entity
	@Audited
	@Table(name = "verdict")
	@SQLInsert(sql = "insert into verdict (court, reason, id) values (?, reverse(?), ?)")
	@SQLUpdate(sql = "update verdict set court = ?, reason = reverse(?) where id = ?")
	static class Verdict {

		@Id
		long id;

		String court = "Bonn";

		@ColumnTransformer(read = "reverse(reason)")
		String reason;

		Verdict() {
		}

		Verdict(long id, String reason) {
			this.id = id;
			this.reason = reason;
		}

	}

	@Entity
	@Audited
	static class Letter {

		@Id
		long id;

		String title = "a";

		@Type(Sealed.class)
		String note;

		@Type(Tags.class)
		Map<String, String> tags = Map.of("color", "red");

		Letter() {
		}

		Letter(long id, String note) {
			this.id = id;
			this.note = note;
		}

	}

	static class Sealed implements UserType<String> {

		private final Cipher cipher = new Cipher();

		@Override
		public int getSqlType() {
			return SqlTypes.VARCHAR;
		}

		@Override
		public Class<String> returnedClass() {
			return String.class;
		}

		@Override
		public String nullSafeGet(ResultSet row, int position, WrapperOptions options) throws SQLException {
			return this.cipher.convertToEntityAttribute(row.getString(position));
		}

		@Override
		public void nullSafeSet(PreparedStatement statement, String value, int index, WrapperOptions options)
				throws SQLException {
			statement.setString(index, this.cipher.convertToDatabaseColumn(value));
		}

		@Override
		public String deepCopy(String value) {
			return value;
		}

		@Override
		public boolean isMutable() {
			return false;
		}

	}

	@SuppressWarnings({ "unchecked", "rawtypes" })
	static class Tags implements UserType<Map> {

		private static final JsonMapper MAPPER = new JsonMapper();

		@Override
		public int getSqlType() {
			return SqlTypes.JSON;
		}

		@Override
		public Class<Map> returnedClass() {
			return Map.class;
		}

		@Override
		public Map nullSafeGet(ResultSet row, int position, WrapperOptions options) throws SQLException {
			return MAPPER.readValue(row.getString(position), Map.class);
		}

		@Override
		public void nullSafeSet(PreparedStatement statement, Map value, int index, WrapperOptions options)
				throws SQLException {
			PGobject json = new PGobject();
			json.setType("jsonb");
			json.setValue(MAPPER.writeValueAsString(value));
			statement.setObject(index, json);
		}

		@Override
		public Map deepCopy(Map value) {
			return value;
		}

		@Override
		public boolean isMutable() {
			return false;
		}

	}

	@Entity
	@Audited
	static class Postcard {

		@Id
		long id;

		@JdbcType(SealedText.class)
		String note;

		Postcard() {
		}

		Postcard(long id, String note) {
			this.id = id;
			this.note = note;
		}

	}

	static class SealedText extends VarcharJdbcType {

		@Override
		public <X> ValueBinder<X> getBinder(JavaType<X> javaType) {
			return new BasicBinder<>(javaType, this) {

				@Override
				protected void doBind(PreparedStatement statement, X value, int index, WrapperOptions options)
						throws SQLException {
					statement.setString(index, reversed(javaType.unwrap(value, String.class, options)));
				}

				@Override
				protected void doBind(CallableStatement statement, X value, String name, WrapperOptions options) {
					throw new UnsupportedOperationException();
				}
			};
		}

		@Override
		public <X> ValueExtractor<X> getExtractor(JavaType<X> javaType) {
			return new BasicExtractor<>(javaType, this) {

				@Override
				protected X doExtract(ResultSet row, int index, WrapperOptions options) throws SQLException {
					return javaType.wrap(reversed(row.getString(index)), options);
				}

				@Override
				protected X doExtract(CallableStatement statement, int index, WrapperOptions options) {
					throw new UnsupportedOperationException();
				}

				@Override
				protected X doExtract(CallableStatement statement, String name, WrapperOptions options) {
					throw new UnsupportedOperationException();
				}
			};
		}

		private static String reversed(String text) {
			return new StringBuilder(text).reverse().toString();
		}

	}

}
