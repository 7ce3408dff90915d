package io.auditspring.secrets;

import java.io.Serializable;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.auditspring.Sensitive;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Converter;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.SQLInsert;
import org.hibernate.annotations.SQLUpdate;
import org.hibernate.annotations.Type;
import org.hibernate.envers.Audited;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.ValueBinder;
import org.hibernate.type.descriptor.ValueExtractor;
import org.hibernate.type.descriptor.WrapperOptions;
import org.hibernate.type.descriptor.java.JavaType;
import org.hibernate.type.descriptor.jdbc.BasicBinder;
import org.hibernate.type.descriptor.jdbc.BasicExtractor;
import org.hibernate.type.descriptor.jdbc.VarcharJdbcType;
import org.hibernate.usertype.UserType;

/**
 * Keeps a secret in every way that there is.
 */
@Entity
@Audited
class Vault extends Safe implements Safe.Guarded {

	@Id
	@Sensitive
	String code;

	@Sensitive
	String onField;

	String onConstructor;

	@Personal
	String byMetaAnnotation;

	String guarded;

	String setterOf;

	@Column(unique = true)
	String password;

	@Sensitive
	long number;

	Place place;

	@ElementCollection
	List<Place> places = new ArrayList<>();

	@ElementCollection
	Map<Place, String> byPlace = new HashMap<>();

	@ElementCollection
	Map<String, String> byName = new HashMap<>();

	@ElementCollection
	@Convert(attributeName = "key", converter = Cipher.class)
	Map<String, String> byCipher = new HashMap<>();

	@ElementCollection
	Map<Ssn, String> bySsn = new HashMap<>();

	@JdbcTypeCode(SqlTypes.JSON)
	Note note;

	@Convert(converter = Cipher.class)
	String converted;

	@ColumnTransformer(read = "reverse(transformed)", write = "reverse(?)")
	String transformed;

	@Type(Sealed.class)
	String sealed;

	@JdbcTypeCode(SealedText.CODE)
	String coded;

	Ssn ssn;

	@ManyToOne(cascade = CascadeType.ALL)
	Box box;

	@OneToMany(cascade = CascadeType.ALL)
	List<Box> boxes = new ArrayList<>();

	int changes;

	Vault() {
	}

	Vault(@Sensitive String onConstructor, String code) {
		this.onConstructor = onConstructor;
		this.code = code;
	}

	static Vault of(String secret, long number) {
		Vault vault = new Vault(secret, secret + "-vault");
		vault.inherited = secret;
		vault.onField = secret;
		vault.byMetaAnnotation = secret;
		vault.guarded = secret;
		vault.setterOf = secret;
		vault.password = secret;
		vault.number = number;
		vault.place = new Place(secret, "Bonn");
		vault.places.add(new Place(secret, "Rome"));
		vault.byPlace.put(new Place(secret, "Oslo"), "north");
		vault.byName.put("token", secret);
		vault.byCipher.put(secret, "east");
		vault.bySsn.put(new Ssn(secret), "west");
		vault.note = new Note("open", secret, Map.of("token", secret), List.of(new Place(secret, "Kiel")));
		vault.converted = secret;
		vault.transformed = secret;
		vault.sealed = secret;
		vault.coded = secret;
		vault.ssn = new Ssn(secret);
		vault.box = new Box(new BoxId(secret + "-1", 1));
		vault.boxes.add(new Box(new BoxId(secret + "-2", 2)));
		return vault;
	}

	@Override
	public String getGuarded() {
		return this.guarded;
	}

	public String getSetterOf() {
		return this.setterOf;
	}

	void setSetterOf(@Sensitive String setterOf) {
		this.setterOf = setterOf;
	}

	public String getOnConstructor() {
		return this.onConstructor;
	}

	public String getConverted() {
		return this.converted;
	}

	public String getTransformed() {
		return this.transformed;
	}

	public String getCoded() {
		return this.coded;
	}

	public Ssn getSsn() {
		return this.ssn;
	}

	public String getSealed() {
		return this.sealed;
	}

	public Note getNote() {
		return this.note;
	}

	public Place getPlace() {
		return this.place;
	}

	public Map<String, String> getByCipher() {
		return this.byCipher;
	}

	public Map<Ssn, String> getBySsn() {
		return this.bySsn;
	}

	public Map<Place, String> getByPlace() {
		return this.byPlace;
	}

	@Override
	public String toString() {
		return "Vault " + this.code + this.password + this.onField;
	}

	@Sensitive
	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.FIELD)
	@interface Personal {

	}

	@Embeddable
	static class Place {

		String street;

		String city;

		Place() {
		}

		Place(@Sensitive String street, String city) {
			this.street = street;
			this.city = city;
		}

		public String getStreet() {
			return this.street;
		}

		public String getCity() {
			return this.city;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Place place && this.street.equals(place.street) && this.city.equals(place.city);
		}

		@Override
		public int hashCode() {
			return this.street.hashCode();
		}

		@Override
		public String toString() {
			return this.street;
		}

	}

	record Note(String open, @Sensitive String closed, Map<String, String> more, List<Place> places) {

	}

	@Embeddable
	record BoxId(@Sensitive String serial, int place) implements Serializable {

	}

	@Entity(name = "Box")
	@Audited
	static class Box {

		@EmbeddedId
		BoxId id;

		int opened;

		Box() {
		}

		Box(BoxId id) {
			this.id = id;
		}

	}

	/**
	 * Written by SQL that encrypts.
	 */
	@Entity(name = "Drawer")
	@Audited
	@SQLInsert(sql = "insert into drawer (content, label, id) values (reverse(?), ?, ?)")
	@SQLUpdate(sql = "update drawer set content = reverse(?), label = ? where id = ?")
	static class Drawer {

		@Id
		long id;

		@ColumnTransformer(read = "reverse(content)")
		String content;

		String label = "top";

		Drawer() {
		}

		Drawer(long id, String content) {
			this.id = id;
			this.content = content;
		}

		public String getContent() {
			return this.content;
		}

	}

	record Ssn(String digits) {

	}

	@Converter(autoApply = true)
	static class SsnCipher implements AttributeConverter<Ssn, String> {

		@Override
		public String convertToDatabaseColumn(Ssn plain) {
			return (plain != null) ? reversed(plain.digits()) : null;
		}

		@Override
		public Ssn convertToEntityAttribute(String column) {
			return (column != null) ? new Ssn(reversed(column)) : null;
		}

	}

	/**
	 * A type of the application's own, under a code of its own.
	 */
	static class SealedText extends VarcharJdbcType {

		static final int CODE = 9_471;

		@Override
		public int getDefaultSqlTypeCode() {
			return CODE;
		}

		@Override
		public int getDdlTypeCode() {
			return SqlTypes.VARCHAR;
		}

		@Override
		public <X> ValueBinder<X> getBinder(JavaType<X> javaType) {
			return new BasicBinder<>(javaType, this) {

				@Override
				protected void doBind(PreparedStatement statement, X value, int index, WrapperOptions options)
						throws SQLException {
					statement.setString(index, reversed(javaType.unwrap(value, String.class, options)));
				}

				@Override
				protected void doBind(CallableStatement statement, X value, String name, WrapperOptions options)
						throws SQLException {
					statement.setString(name, reversed(javaType.unwrap(value, String.class, options)));
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
				protected X doExtract(CallableStatement statement, int index, WrapperOptions options)
						throws SQLException {
					return javaType.wrap(reversed(statement.getString(index)), options);
				}

				@Override
				protected X doExtract(CallableStatement statement, String name, WrapperOptions options)
						throws SQLException {
					return javaType.wrap(reversed(statement.getString(name)), options);
				}

			};
		}

	}

	static class Cipher implements AttributeConverter<String, String> {

		@Override
		public String convertToDatabaseColumn(String plain) {
			return reversed(plain);
		}

		@Override
		public String convertToEntityAttribute(String column) {
			return reversed(column);
		}

	}

	static class Sealed implements UserType<String> {

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
			return reversed(row.getString(position));
		}

		@Override
		public void nullSafeSet(PreparedStatement statement, String value, int index, WrapperOptions options)
				throws SQLException {
			statement.setString(index, reversed(value));
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

	private static String reversed(String text) {
		return (text != null) ? new StringBuilder(text).reverse().toString() : null;
	}

}
