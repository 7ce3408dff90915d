package io.auditspring.capture.internal.value;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIdentityInfo;
import com.fasterxml.jackson.annotation.JsonIdentityReference;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.ObjectIdGenerators;
import io.auditspring.Sensitive;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.implementation.FieldAccessor;
import net.bytebuddy.implementation.MethodCall;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The mark counts wherever it stands.
 */
class SensitiveMembersTests {

	private final JsonValues values = new JsonValues(new Masking(List.of("password")), new Limits(10_000));

	static Stream<Object> carriers() {
		return Stream.of(new OnField(), new OnGetter(), new OnSetter(), new OnSettersParameter(), new OnRecord("123"),
				new OnConstructor("Ann", "123"), new OnInterface(), new OnSuperclass(), new ByMetaAnnotation(),
				new OnSubclassConstructor("123"), new Renamed(), new Boxed("123"), new OnFarInterface(),
				new OnGenericInterface(), projection(), new Unwrapping(), new Referring(), new Built.Builder().build(),
				new Built.Builder(), new More());
	}

	@ParameterizedTest
	@MethodSource("carriers")
	void onAnyCarrier(Object carrier) {
		assertThat(this.values.toJson(carrier).toString()).contains("***").doesNotContain("123");
		assertThat(this.values.toJson(Map.of("one", List.of(carrier))).toString()).contains("***")
			.doesNotContain("123");
		assertThat(this.values.text(carrier)).contains("***").doesNotContain("123");
	}

	@ParameterizedTest
	@MethodSource("carriers")
	void alsoAsTheKeyOfAMap(Object carrier) {
		assertThat(this.values.toJson(Map.of(carrier, 1)).toString()).doesNotContain("123");
	}

	@Test
	void whereNobodyKnowsTheNameOfTheParameterAllMembersOfItsTypeAreHidden() throws Exception {
		Class<?> type = withoutParameterNames();
		assertThat(type.getConstructor(String.class, int.class).getParameters()[0].isNamePresent()).isFalse();
		assertThat(SensitiveMembers.of(type)).contains("nationalId");
		assertThat(this.values.toJson(type.getConstructor(String.class, int.class).newInstance("123", 4)))
			.hasToString("{\"age\":4,\"nationalId\":\"***\"}");
	}

	@Test
	void aReferenceThatIsSecretIsNotWrittenWhereTheObjectComesAgain() {
		Referred referred = new Referred();
		assertThat(this.values.toJson(List.of(referred, referred, new Referring())).toString()).contains("***")
			.doesNotContain("123");
	}

	@Test
	void aTextThatSaysMoreThanJsonIsNotShown() {
		assertThat(this.values.text(new Hiding())).isEqualTo("{}");
		assertThat(this.values.text(Map.of("one", new Hiding()))).doesNotContain("123");
	}

	// As Spring Data makes them of interfaces.
	private static Object projection() {
		return Proxy.newProxyInstance(SensitiveMembersTests.class.getClassLoader(), new Class<?>[] { Known.class },
				(proxy, method, arguments) -> method.getName().equals("hashCode") ? 7 : "123");
	}

	// As Kotlin compiles class Person(@Sensitive val nationalId: String, val age: Int).
	private static Class<?> withoutParameterNames() throws NoSuchMethodException {
		return new ByteBuddy().subclass(Object.class)
			.name("io.auditspring.capture.NamelessPerson")
			.defineField("nationalId", String.class, Visibility.PRIVATE)
			.defineField("age", int.class, Visibility.PRIVATE)
			.defineConstructor(Visibility.PUBLIC)
			.withParameter(String.class)
			.annotateParameter(AnnotationDescription.Builder.ofType(Sensitive.class).build())
			.withParameter(int.class)
			.intercept(MethodCall.invoke(Object.class.getConstructor())
				.andThen(FieldAccessor.ofField("nationalId").setsArgumentAt(0))
				.andThen(FieldAccessor.ofField("age").setsArgumentAt(1)))
			.defineMethod("getNationalId", String.class, Visibility.PUBLIC)
			.intercept(FieldAccessor.ofField("nationalId"))
			.defineMethod("getAge", int.class, Visibility.PUBLIC)
			.intercept(FieldAccessor.ofField("age"))
			.make()
			.load(SensitiveMembersTests.class.getClassLoader())
			.getLoaded();
	}

	@Test
	void aMemberOfASecretNameIsHiddenUnderItsNameInJson() {
		assertThat(this.values.toJson(new Login())).hasToString("{\"pw\":\"***\"}");
	}

	@Test
	void whatIsWrittenAsAWholeIsHiddenAsAWhole() {
		assertThat(this.values.toJson(new Whole())).hasToString("\"***\"");
	}

	@Test
	void thatASecretIsTheSameIsKnownWithoutTellingIt() {
		assertThat(this.values.toJson(new OnRecord("123"))).isEqualTo(this.values.toJson(new OnRecord("123")))
			.isNotEqualTo(this.values.toJson(new OnRecord("124")));
	}

	@Test
	void textsThatTellNoSecretStayAsTheyAre() {
		assertThat(this.values.text(new Money(3))).isEqualTo("3 EUR");
		assertThat(this.values.text(List.of(1, 2))).isEqualTo("[1, 2]");
		assertThat(this.values.text(new Nameless())).isEqualTo("{\"open\":1}");
	}

	record Money(int amount) {

		@Override
		public String toString() {
			return this.amount + " EUR";
		}

	}

	static class Nameless {

		public int getOpen() {
			return 1;
		}

	}

	static class Shown {

		@Override
		public String toString() {
			return "123";
		}

	}

	static class OnField extends Shown {

		@Sensitive
		private final String nationalId = "123";

		public String getNationalId() {
			return this.nationalId;
		}

	}

	static class OnGetter extends Shown {

		@Sensitive
		public String getNationalId() {
			return "123";
		}

	}

	static class OnSetter extends Shown {

		public String getNationalId() {
			return "123";
		}

		@Sensitive
		void setNationalId(String nationalId) {
		}

	}

	static class OnSettersParameter extends Shown {

		public String getNationalId() {
			return "123";
		}

		void setNationalId(@Sensitive String nationalId) {
		}

	}

	record OnRecord(@Sensitive String nationalId) {

	}

	static class OnConstructor extends Shown {

		private final String nationalId;

		OnConstructor(String name, @Sensitive String nationalId) {
			this.nationalId = nationalId;
		}

		public String getNationalId() {
			return this.nationalId;
		}

	}

	interface Identified {

		@Sensitive
		String getNationalId();

	}

	static class OnInterface extends Shown implements Identified {

		@Override
		public String getNationalId() {
			return "123";
		}

	}

	interface Known extends Identified {

	}

	interface Familiar extends Known {

	}

	static class OnFarInterface extends Shown implements Familiar {

		@Override
		public String getNationalId() {
			return "123";
		}

	}

	interface Holding<T> {

		@Sensitive
		T getNationalId();

	}

	static class OnGenericInterface extends Shown implements Holding<String> {

		@Override
		public String getNationalId() {
			return "123";
		}

	}

	static class Unwrapping extends Shown {

		@JsonUnwrapped(prefix = "own_")
		public OnField person = new OnField();

	}

	@JsonIdentityInfo(generator = ObjectIdGenerators.PropertyGenerator.class, property = "nationalId")
	static class Referred extends OnField {

	}

	static class Referring extends Shown {

		@JsonIdentityReference(alwaysAsId = true)
		public Referred person = new Referred();

	}

	/**
	 * Made in the way of Lombok.
	 */
	static class Built extends OnField {

		static class Builder extends Shown {

			public String nationalId = "123";

			Built build() {
				return new Built();
			}

		}

	}

	/**
	 * Shows nothing, but says it.
	 */
	static class Hiding {

		private final List<?> hidden = List.of(new OnField());

		@Override
		public String toString() {
			return "Hiding " + this.hidden;
		}

	}

	static class More extends Shown {

		@Sensitive
		private final Map<String, String> more = Map.of("nationalId", "123");

		@JsonAnyGetter
		public Map<String, String> getMore() {
			return this.more;
		}

	}

	static class OnSuperclass extends OnGetter {

		@Override
		public String getNationalId() {
			return "123";
		}

	}

	@Sensitive
	@Retention(RetentionPolicy.RUNTIME)
	@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER })
	@interface Personal {

	}

	static class ByMetaAnnotation extends Shown {

		@Personal
		public String nationalId = "123";

	}

	static class Base extends Shown {

		private final String nationalId;

		Base(String nationalId) {
			this.nationalId = nationalId;
		}

		public String getNationalId() {
			return this.nationalId;
		}

	}

	static class OnSubclassConstructor extends Base {

		OnSubclassConstructor(@Sensitive String nationalId) {
			super(nationalId);
		}

	}

	static class Renamed extends Shown {

		@Sensitive
		@JsonProperty("number")
		private final String nationalId = "123";

	}

	record Boxed(@Sensitive @JsonValue String nationalId) {

	}

	static class Login {

		@JsonProperty("pw")
		private final String password = "123";

	}

	static class Whole {

		@Sensitive
		private final String nationalId = "123";

		@JsonValue
		public String whole() {
			return "Ann " + this.nationalId;
		}

	}

}
