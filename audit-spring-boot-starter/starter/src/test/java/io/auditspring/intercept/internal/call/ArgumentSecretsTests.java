package io.auditspring.intercept.internal.call;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Sensitive;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import org.apache.demo.Teller;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A failure does not repeat what its call was given, whatever that is and becomes.
 */
class ArgumentSecretsTests {

	private static final String SECRET = "SWORDFISH";

	private final DataSource database = TestDatabase.migrated();

	private int calls;

	private String errorOf(Consumer<Desk> call) {
		return String.valueOf(entryOf(call).get("error"));
	}

	private Map<String, Object> entryOf(Consumer<Desk> call) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.delivery=sync")
			.withBean(DataSource.class, () -> this.database)
			.withBean(Desk.class)
			.run((context) -> assertThat(catchThrowable(() -> call.accept(context.getBean(Desk.class)))).isNotNull());
		List<Map<String, Object>> entries = new AuditLog(this.database).entries();
		assertThat(entries).hasSize(++this.calls);
		return entries.get(this.calls - 1);
	}

	@Test
	void charactersAreASecret() {
		assertThat(errorOf((desk) -> desk.login("jane", SECRET.toCharArray())))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
	}

	@Test
	void bytesAreASecretHoweverTheyAreWritten() {
		assertThat(errorOf((desk) -> desk.unlock(SECRET.getBytes(UTF_8))))
			.isEqualTo("IllegalArgumentException: *** or *** or *** or ***");
	}

	@Test
	void soAreNumbersAndWhatIsOptional() {
		assertThat(errorOf((desk) -> desk.dial(new int[] { 1, 2, 3, 4 }, OptionalInt.of(98765), Optional.of(SECRET))))
			.isEqualTo("IllegalArgumentException: *** or *** with *** and ***");
	}

	@Test
	void soAreElementsAndMembers() {
		assertThat(errorOf((desk) -> desk.redeem(List.of("code-1", SECRET), new String[] { "code-2" },
				new Credentials("jane", new Phrase(SECRET + 2)))))
			.isEqualTo("IllegalArgumentException: *** and *** and *** of *** are used");
	}

	@Test
	void nothingIsNoSecret() {
		assertThat(entryOf((desk) -> desk.pin(null)))
			.containsEntry("error", "NullPointerException: Cannot invoke length() because null is null")
			.satisfies((entry) -> assertThat((String) entry.get("metadata")).contains("null and void"));
	}

	@Test
	void whatTheMethodWipesWasASecret() {
		assertThat(errorOf((desk) -> desk.wipe(SECRET.toCharArray())))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
	}

	@Test
	void whatTheMethodTakesOutOfAFormWasASecret() {
		assertThat(errorOf((desk) -> desk.change(new PasswordForm(SECRET))))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
	}

	@Test
	void howeverDeepInIt() {
		assertThat(errorOf((desk) -> desk.register(new Registration(new PasswordForm(SECRET)))))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
	}

	@Test
	void whateverTypeTheParameterHas() {
		assertThat(errorOf((desk) -> desk.any(new PasswordForm(SECRET))))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
	}

	@Test
	void whateverIsAroundIt() {
		assertThat(errorOf((desk) -> desk.maybe(Optional.of(new PasswordForm(SECRET)))))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
		ProxyFactory proxy = new ProxyFactory(new PasswordForm(SECRET));
		proxy.setProxyTargetClass(true);
		assertThat(errorOf((desk) -> desk.any(proxy.getProxy()))).isEqualTo("IllegalArgumentException: Too weak: ***");
	}

	@Test
	void whatTheMethodTakesOutOfAMapOrAListWasASecret() {
		assertThat(errorOf((desk) -> desk.all(new HashMap<>(Map.of("password", SECRET)),
				new ArrayList<>(List.of(new PasswordForm(SECRET + 2))))))
			.isEqualTo("IllegalArgumentException: Too weak: *** and ***");
	}

	@Test
	void whatHoldsNoSecretDoesNotHideWhatDoes() {
		List<Line> lines = IntStream.range(0, 2_000).mapToObj(Line::new).toList();
		assertThat(errorOf((desk) -> desk.order(new Order(lines, new Registration(new PasswordForm(SECRET))))))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
	}

	@Test
	void aCollectionThatComputesItsElementsIsLeftAlone() {
		Computing computing = new Computing(new PasswordForm(SECRET));
		assertThat(errorOf((desk) -> desk.carried(computing, SECRET)))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
		assertThat(computing.computed).isZero();
	}

	@Test
	void oneThatTheApplicationExtendsIsNot() {
		Codes codes = new Codes();
		codes.addAll(List.of("code-1", SECRET));
		Credentials credentials = new Credentials("jane", new Phrase(SECRET + 2));
		assertThat(errorOf((desk) -> desk.redeem(codes, new String[] { "code-2" }, credentials)))
			.isEqualTo("IllegalArgumentException: *** and *** and *** of *** are used");
	}

	@Test
	void whatIsWipedBeforeAResultFailsThatComesLaterWasASecret() {
		assertThat(errorOf((desk) -> desk.later(SECRET.toCharArray()).join()))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
	}

	@Test
	void whatAFrameworkBringsIsAnArgumentToo() {
		PasswordForm form = new PasswordForm(SECRET);
		HttpHeaders headers = new HttpHeaders();
		headers.add("Api-Key", SECRET + 2);
		assertThat(errorOf((desk) -> desk.carried(new GenericMessage<>(form), SECRET)))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
		assertThat(errorOf((desk) -> desk.carried(new HttpEntity<>(form, headers), SECRET + 2 + " or " + SECRET)))
			.isEqualTo("IllegalArgumentException: Too weak: *** or ***");
		assertThat(errorOf((desk) -> desk.carried(new ConsumerRecord<>("users", 0, 0, "key", form), SECRET)))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
		assertThat(errorOf(
				(desk) -> desk.carried(UsernamePasswordAuthenticationToken.unauthenticated("jane", SECRET), SECRET)))
			.isEqualTo("IllegalArgumentException: Too weak: ***");
	}

	@Test
	void soIsWhatAnApplicationOfApacheBrings() {
		assertThat(errorOf((desk) -> desk.carried(new Teller(SECRET, true), SECRET + " is true")))
			.isEqualTo("IllegalArgumentException: Too weak: *** is true");
	}

	@Test
	void anExceptionIsShownWithoutThem() {
		assertThat(entryOf((desk) -> desk.explain(SECRET)))
			.containsEntry("message", "IllegalArgumentException: Too weak: ***")
			.satisfies((entry) -> assertThat((String) entry.get("metadata"))
				.isEqualTo("{\"all\": [\"IllegalArgumentException: Too weak: ***\"], "
						+ "\"error\": \"IllegalArgumentException: Too weak: ***\"}"))
			.satisfies((entry) -> assertThat(entry.toString()).doesNotContain(SECRET));
	}

	@Test
	void norWithTheValuesOfARow() {
		assertThat(entryOf(Desk::twice)).satisfies((entry) -> {
			assertThat(entry.toString()).doesNotContain(SECRET);
			assertThat((String) entry.get("message")).contains("duplicate key").doesNotContain("Detail");
			assertThat((String) entry.get("metadata")).contains("duplicate key").doesNotContain("expressionErrors");
		});
	}

	record Credentials(String user, Phrase phrase) {

	}

	record Phrase(String words) {

	}

	static class PasswordForm {

		private String password;

		PasswordForm(String password) {
			this.password = password;
		}

		String take() {
			String taken = this.password;
			this.password = null;
			return taken;
		}

	}

	record Registration(PasswordForm form) {

	}

	record Line(int number) {

	}

	record Order(List<Line> lines, Registration registration) {

	}

	static class Codes extends ArrayList<String> {

		private static final long serialVersionUID = 1L;

	}

	/**
	 * Loads what is asked for.
	 */
	static class Computing extends AbstractList<String> {

		private final List<PasswordForm> forms;

		private int computed;

		Computing(PasswordForm form) {
			this.forms = List.of(form);
		}

		@Override
		public String get(int index) {
			this.computed++;
			throw new UnsupportedOperationException("computed");
		}

		@Override
		public int size() {
			return this.forms.size() + 1;
		}

	}

	static class Desk {

		@Audited
		public void order(Order order) {
			throw new IllegalArgumentException("Too weak: " + order.registration().form().take());
		}

		@Audited
		public void carried(Object carrier, Object told) {
			throw new IllegalArgumentException("Too weak: " + told);
		}

		@Audited(message = "#{#error}", metadata = "{error: #error, all: {#error}}")
		public void explain(@Sensitive String phrase) {
			throw new IllegalArgumentException("Too weak: " + phrase, new IllegalStateException(phrase));
		}

		@Audited(
				message = "#{#error} #{#error.localizedMessage} #{#error.toString()} #{#error.getMessage()} "
						+ "#{'' + #error} #{#error.mostSpecificCause} #{#error.cause.message}",
				metadata = "{error: #error, cause: #error.mostSpecificCause, text: #error.mostSpecificCause.toString()}")
		public void twice() {
			PSQLException refusal = new PSQLException(new ServerErrorMessage("SERROR\0C23505\0Mduplicate key value "
					+ "violates unique constraint \"card\"\0DKey (card)=(" + SECRET + ") already exists.\0"));
			throw new DataIntegrityViolationException("could not execute [" + refusal.getMessage() + "]", refusal);
		}

		@Audited
		public void login(String user, char[] password) {
			throw new IllegalArgumentException("Too weak: " + new String(password));
		}

		@Audited
		public void unlock(@Sensitive byte[] key) {
			throw new IllegalArgumentException("%s or %s or %s or %s".formatted(new String(key, UTF_8),
					HexFormat.of().formatHex(key), Base64.getEncoder().encodeToString(key), Arrays.toString(key)));
		}

		@Audited
		public void dial(@Sensitive int[] digits, @Sensitive OptionalInt extension, @Sensitive Optional<String> word) {
			throw new IllegalArgumentException(
					"1234 or " + Arrays.toString(digits) + " with " + extension.getAsInt() + " and " + word.get());
		}

		@Audited
		public void redeem(@Sensitive List<String> codes, @Sensitive String[] others,
				@Sensitive Credentials credentials) {
			throw new IllegalArgumentException("%s and %s and %s of %s are used".formatted(codes.get(1), others[0],
					credentials.phrase().words(), credentials.user()));
		}

		@Audited
		public void pin(@Sensitive String pin) {
			AuditContext.current().metadata("said", "null and void");
			throw new NullPointerException("Cannot invoke length() because " + pin + " is null");
		}

		@Audited
		public void wipe(@Sensitive char[] pin) {
			try {
				throw new IllegalArgumentException("Too weak: " + new String(pin));
			}
			finally {
				Arrays.fill(pin, '\0');
			}
		}

		@Audited
		public void change(PasswordForm form) {
			throw new IllegalArgumentException("Too weak: " + form.take());
		}

		@Audited
		public void register(Registration registration) {
			throw new IllegalArgumentException("Too weak: " + registration.form().take());
		}

		@Audited
		public void any(Object form) {
			throw new IllegalArgumentException("Too weak: " + ((PasswordForm) form).take());
		}

		@Audited
		public void maybe(Object form) {
			throw new IllegalArgumentException("Too weak: " + ((PasswordForm) ((Optional<?>) form).get()).take());
		}

		@Audited
		public void all(Map<String, Object> parameters, List<PasswordForm> forms) {
			throw new IllegalArgumentException(
					"Too weak: " + parameters.remove("password") + " and " + forms.remove(0).take());
		}

		@Audited
		public CompletableFuture<String> later(@Sensitive char[] pin) {
			String text = new String(pin);
			Arrays.fill(pin, '\0');
			return CompletableFuture.failedFuture(new IllegalArgumentException("Too weak: " + text));
		}

	}

}
