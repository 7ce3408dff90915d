package io.auditspring.intercept.internal.call;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditTarget;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.Sensitive;
import io.auditspring.Severity;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.BeanUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AliasFor;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.support.JdbcDaoSupport;
import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Where the annotation is found, and what it makes of a call.
 */
class AuditedMethodsTests {

	private final DataSource database = TestDatabase.migrated();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
		.withPropertyValues("audit.delivery=sync")
		.withBean(DataSource.class, () -> this.database);

	private <T> List<Map<String, Object>> entriesOf(ApplicationContextRunner runner, Class<T> type, Supplier<T> bean,
			Consumer<T> calls) {
		runner.withBean(type, bean).run((context) -> calls.accept(context.getBean(type)));
		return new AuditLog(this.database).entries();
	}

	private <T> List<Map<String, Object>> entriesOf(Class<T> type, Supplier<T> bean, Consumer<T> calls) {
		return entriesOf(this.runner, type, bean, calls);
	}

	private <T> Map<String, Object> entryOf(Class<T> type, Supplier<T> bean, Consumer<T> calls) {
		List<Map<String, Object>> entries = entriesOf(type, bean, calls);
		assertThat(entries).hasSize(1);
		return entries.get(0);
	}

	@Test
	void withoutAttributesTheActionIsClassAndMethod() {
		assertThat(entryOf(Plain.class, Plain::new, Plain::work)).containsEntry("action", "Plain.work")
			.containsEntry("severity", "info")
			.containsEntry("target_type", null)
			.containsEntry("metadata", null);
	}

	@Test
	void aParameterMayBeTheTarget() {
		assertThat(entryOf(Plain.class, Plain::new, (plain) -> plain.open(7))).containsEntry("target_type", "Door")
			.containsEntry("target_id", "7");
	}

	@Test
	void expressionsOfAnInterfaceKnowTheNamesOfItsParameters() {
		assertThat(entryOf(Parcels.class, ParcelDesk::new, (parcels) -> parcels.send(7L, "Bonn", "Rome")))
			.containsEntry("target_id", "7")
			.containsEntry("message", "7 7 from Bonn to Rome");
	}

	@Test
	void anArgumentIsSecretByAnyOfItsNames() {
		assertThat(entriesOf(this.runner.withPropertyValues("audit.capture.arguments=true"), Parcels.class,
				ParcelDesk::new,
				(parcels) -> assertThatIllegalArgumentException().isThrownBy(() -> parcels.open(8L, "hunter2"))))
			.singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("error", "IllegalArgumentException: Not by ***")
				.containsEntry("message", "8 by ***")
				.containsEntry("metadata", "{\"arguments\": {\"id\": 8, \"input\": \"***\"}}"));
	}

	@Test
	void sensitiveArgumentsAreInNoAttributeAndNoError() {
		assertThat(entryOf(Plain.class, Plain::new,
				(plain) -> assertThatIllegalArgumentException()
					.isThrownBy(() -> plain.unlock("1234-secret", "hunter2"))))
			.containsEntry("message", "code *** password ***")
			.containsEntry("metadata", "{\"all\": [\"***\", \"***\"], \"code\": \"***\"}")
			.containsEntry("error", "IllegalArgumentException: *** and *** do not fit");
	}

	@Test
	void whatAnErrorTellsOfSensitiveArgumentsIsInNoAttribute() {
		assertThat(entryOf(Plain.class, Plain::new,
				(plain) -> assertThatIllegalArgumentException().isThrownBy(() -> plain.verify("hunter2"))))
			.containsEntry("metadata", "{\"said\": \"no ***\", \"cause\": \"Bad code: ***\"}")
			.containsEntry("target_id", "Bad code: ***")
			.containsEntry("related", "[{\"id\": \"Bad code: ***\", \"type\": \"Cause\"}]")
			.containsEntry("error", "IllegalArgumentException: Bad code: ***");
	}

	@Test
	void anIdMayBeOptional() {
		assertThat(entryOf(Plain.class, Plain::new,
				(plain) -> plain.note(Optional.of(42L), OptionalLong.of(7), new long[] { 1, 2 }, Optional.empty())))
			.containsEntry("target_id", "42")
			.containsEntry("target_name", null)
			.containsEntry("message", "Noted 42 and 7 and .")
			.containsEntry("related",
					"[{\"id\": \"7\", \"type\": \"Line\"}, {\"id\": \"1\", \"type\": \"Part\"}, {\"id\": \"2\", \"type\": \"Part\"}]");
	}

	@Test
	void anOptionalParameterMayBeTheTarget() {
		assertThat(entryOf(Plain.class, Plain::new, (plain) -> plain.find(Optional.of(42L)))).containsEntry("target_id",
				"42");
		assertThat(new AuditLog(this.database).entries()).hasSize(1);
	}

	@Test
	void metadataShowsWhatWasSaidThoughItChangesLater() {
		assertThat(entryOf(Plain.class, Plain::new, (plain) -> plain.move(new Address("Old Street"), "swordfish")))
			.containsEntry("metadata",
					"{\"old\": {\"pin\": \"***\", \"street\": \"Old Street\"}, \"steps\": [\"packed\"], \"weight\": 12.5}");
	}

	@Test
	void argumentsAndResultAreShownOnDemandAndMasked() {
		List<Map<String, Object>> entries = entriesOf(
				this.runner.withPropertyValues("audit.capture.arguments=true", "audit.capture.result=true"),
				Plain.class, Plain::new, (plain) -> plain.receipt(new Card("Jane", "4111"), "hunter2"));
		assertThat(entries).singleElement()
			.extracting((entry) -> entry.get("metadata"))
			.isEqualTo("{\"result\": {\"card\": {\"owner\": \"Jane\", \"number\": \"***\"}, \"amount\": 12.5}, "
					+ "\"arguments\": {\"card\": {\"owner\": \"Jane\", \"number\": \"***\"}, \"password\": \"***\"}}");
	}

	@Test
	void theAnnotationIsFoundOnAnInterface() {
		assertThat(entryOf(Greeter.class, () -> (name) -> "hello " + name, (greeter) -> greeter.greet("Jane")))
			.containsEntry("action", "greet")
			.containsEntry("target_name", "Jane");
	}

	@Test
	void theAnnotationIsFoundOnASuperclassAndOnAGenericOne() {
		assertThat(entryOf(Texts.class, Texts::new, (texts) -> texts.store("abc"))).containsEntry("action", "store")
			.containsEntry("target_id", "abc");
	}

	@Test
	void aGenericCallThroughTheBridgeMethodIsOneEntry() {
		assertThat(entryOf(Texts.class, Texts::new, (texts) -> call(texts, "abc"))).containsEntry("action", "store");
	}

	private static <T> void call(Store<T> store, T value) {
		store.store(value);
	}

	@Test
	void anAnnotationOfTheApplicationMayStandForIt() {
		assertThat(entryOf(Composed.class, Composed::new, (bean) -> bean.pay(3))).containsEntry("action", "pay")
			.containsEntry("category", "money")
			.containsEntry("severity", "critical")
			.containsEntry("target_id", "3");
	}

	@Test
	void onATypeItCountsForItsPublicMethodsUnlessTheySayOtherwise() {
		List<Map<String, Object>> entries = entriesOf(Typed.class, Typed::new, (typed) -> {
			typed.first();
			typed.second();
			typed.hidden();
			assertThat(typed.toString()).isEqualTo("typed");
		});
		assertThat(entries).extracting((entry) -> entry.get("action") + "/" + entry.get("category"))
			.containsExactly("Typed.first/typed", "own/null");
	}

	@Test
	void aPointcutAuditsWhatHasNoAnnotation() {
		List<Map<String, Object>> entries = entriesOf(this.runner.withPropertyValues(
				"audit.pointcut=execution(* io.auditspring.intercept.internal.call.AuditedMethodsTests.Unannotated.*(..))"),
				Unannotated.class, Unannotated::new, Unannotated::work);
		assertThat(entries).extracting("action").containsExactly("Unannotated.work");
	}

	@Test
	void whoIsToldThatTheyMayNotIsDenied() {
		List<Map<String, Object>> entries = entriesOf(Door.class, Door::new, (door) -> {
			for (HttpStatus status : List.of(HttpStatus.FORBIDDEN, HttpStatus.UNAUTHORIZED, HttpStatus.NOT_FOUND)) {
				assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(() -> door.open(status));
			}
		});
		assertThat(entries).extracting("outcome").containsExactly("denied", "denied", "failure");
	}

	@Test
	void onAClassItMeansWhatCanBeIntercepted() {
		List<Map<String, Object>> entries = entriesOf(Awkward.class, () -> new Awkward(this.database), (awkward) -> {
			Awkward.helper();
			awkward.ended();
			awkward.work();
		});
		assertThat(entries).extracting("action").containsExactly("Awkward.work");
	}

	@Test
	void aPointcutOverAPackageMeansWhatCanBeIntercepted() {
		this.runner
			.withPropertyValues(
					"audit.pointcut=within(io.auditspring.intercept.internal.call.AuditedMethodsTests.Package..*)")
			.withUserConfiguration(Package.Setup.class)
			.withBean(Package.Closed.class)
			.withBean(Package.Values.class, () -> new Package.Values("v"))
			.run((context) -> {
				context.getBean(Package.Worker.class).work();
				context.getBean(Package.Closed.class).work();
				assertThat(context.getBean(Package.Values.class).value()).isEqualTo("v");
			});
		assertThat(new AuditLog(this.database).entries()).extracting("action").containsExactly("Worker.work");
	}

	@Test
	void whatTheJvmNamesIsKnownByItsInterface() {
		Shipping made = (Shipping) Proxy.newProxyInstance(Shipping.class.getClassLoader(),
				new Class<?>[] { Shipping.class },
				(proxy, method, arguments) -> (method.getDeclaringClass() == Object.class)
						? method.invoke("carrier", arguments) : null);
		assertThat(entryOf(Shipping.class, () -> made, (shipping) -> shipping.ship(7))).containsEntry("action",
				"Shipping.ship");
		List<Map<String, Object>> entries = entriesOf(Shipping.class, () -> (id) -> {
		}, (shipping) -> shipping.ship(8));
		assertThat(entries).extracting("action").containsExactly("Shipping.ship", "Shipping.ship");
		this.runner.withBean(Shipping.class, () -> made)
			.run((context) -> assertThat(context.getBean(AuditedMethods.class).declared())
				.extracting(DeclaredAction::action, DeclaredAction::place)
				.containsExactly(tuple("Shipping.ship", Shipping.class.getName() + ".ship")));
	}

	@Test
	void identifiersOfAnyLengthAreStored() {
		String longId = "é".repeat(5_000);
		assertThat(entryOf(Plain.class, Plain::new, (plain) -> plain.name(longId)).get("target_id")).asString()
			.hasSizeLessThan(300)
			.matches("é{200}…sha256:[0-9a-f]{64}");
	}

	@Test
	void theDeliveryOfTheAnnotationGoesBeforeTheConfiguredOne() {
		this.runner.withPropertyValues("audit.delivery=async", "audit.batch.linger=1h", "audit.batch.size=100000")
			.withBean(Plain.class)
			.run((context) -> {
				context.getBean(Plain.class).sync();
				assertThat(new AuditLog(this.database).entries()).extracting("action").containsExactly("Plain.sync");
			});
	}

	@ParameterizedTest
	@ValueSource(classes = { Private.class, Final.class, Static.class })
	void whatNoProxyCanInterceptStopsTheStart(Class<?> type) {
		this.runner.withBean("it", Object.class, () -> BeanUtils.instantiateClass(type)).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining(type.getSimpleName() + ".work is " + type.getSimpleName().toLowerCase());
		});
	}

	static class Plain {

		@Audited
		public void work() {
		}

		@Audited
		public void open(@AuditTarget("Door") long id) {
		}

		@Audited(message = "code #{#code} password #{#password}", metadata = "{code: #code, all: #args}")
		public void unlock(@Sensitive String code, String password) {
			throw new IllegalArgumentException(code + " and " + password + " do not fit");
		}

		@Audited(targetType = "Code", targetId = "#error.message", metadata = "{cause: #error?.message}",
				related = "Cause:#error.message")
		public void verify(@Sensitive String code) {
			AuditContext.current().metadata("said", "no " + code);
			throw new IllegalArgumentException("Bad code: " + code);
		}

		@Audited(targetType = "Order", targetId = "#id", targetName = "#name",
				message = "Noted #{#id} and #{#line} and #{#name}.",
				related = { "Line:#line", "Part:#parts", "None:#name" })
		public void note(Optional<Long> id, OptionalLong line, long[] parts, Optional<String> name) {
		}

		@Audited
		public void find(@AuditTarget("Order") Optional<Long> id) {
		}

		@Audited
		public void move(Address address, String street) {
			List<String> steps = new ArrayList<>(List.of("packed"));
			AuditContext.current()
				.metadata("old", address)
				.metadata("steps", steps)
				.metadata("weight", new BigDecimal("12.50"));
			address.street = street;
			steps.clear();
		}

		@Audited
		public Receipt receipt(Card card, String password) {
			return new Receipt(card, new BigDecimal("12.50"));
		}

		@Audited
		public void name(@AuditTarget("Name") String name) {
		}

		@Audited(delivery = Delivery.SYNC)
		public void sync() {
		}

	}

	static class Address {

		private String street;

		Address(String street) {
			this.street = street;
		}

		public String getStreet() {
			return this.street;
		}

		@Sensitive
		public String getPin() {
			return "1234";
		}

	}

	record Card(String owner, @Sensitive String number) {

	}

	record Receipt(Card card, BigDecimal amount) {

	}

	interface Greeter {

		@Audited(action = "greet", targetName = "#name")
		String greet(String name);

	}

	interface Parcels extends Openings<Long> {

		@Audited(targetType = "Parcel", targetId = "#parcelId", message = "#{#parcelId} #{#id} from #{#from} to #{#to}")
		void send(long parcelId, String from, String to);

	}

	interface Openings<K> {

		@Audited(message = "#{#parcelId} by #{#input}")
		void open(K parcelId, String password);

	}

	static class ParcelDesk implements Parcels {

		// Which of them an expression means is up to who wrote it.
		@Override
		public void send(long id, String to, String from) {
		}

		@Override
		public void open(Long id, String input) {
			throw new IllegalArgumentException("Not by " + input);
		}

	}

	abstract static class Store<T> {

		@Audited(action = "store", targetId = "#args[0]")
		public void store(T value) {
		}

	}

	static class Texts extends Store<String> {

		@Override
		public void store(String text) {
			super.store(text);
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Audited(category = "money", severity = Severity.CRITICAL, targetType = "Payment")
	@interface Paying {

		@AliasFor(annotation = Audited.class, attribute = "action")
		String value();

		@AliasFor(annotation = Audited.class, attribute = "targetId")
		String id() default "";

	}

	static class Composed {

		@Paying(value = "pay", id = "#number")
		public void pay(long number) {
		}

	}

	@Audited(category = "typed")
	static class Typed {

		public void first() {
		}

		@Audited("own")
		public void second() {
		}

		void hidden() {
		}

		@Override
		public String toString() {
			return "typed";
		}

	}

	static class Unannotated {

		public void work() {
		}

	}

	static class Private {

		@Audited
		private void work() {
		}

	}

	static class Final {

		@Audited
		public final void work() {
		}

	}

	static class Static {

		@Audited
		public static void work() {
		}

	}

	@Audited
	static class Awkward extends JdbcDaoSupport {

		Awkward(DataSource database) {
			setDataSource(database);
		}

		public static void helper() {
		}

		public final void ended() {
		}

		public void work() {
		}

	}

	static class Door {

		@Audited
		public void open(HttpStatus status) {
			throw new ResponseStatusException(status);
		}

	}

	interface Shipping {

		@Audited
		void ship(long id);

	}

	/** As the package of an application. */
	static class Package {

		@Configuration
		static class Setup {

			@Bean
			public Worker worker() {
				return new Worker();
			}

			public static void main(String... arguments) {
			}

		}

		static class Worker {

			public void work() {
			}

			public static String format() {
				return "";
			}

		}

		static final class Closed {

			public void work() {
			}

		}

		record Values(String value) {

		}

	}

}
