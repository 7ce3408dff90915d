package io.auditspring.capture.internal.value;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.auditspring.AuditSetupException;
import io.auditspring.Sensitive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Secrets are hidden wherever their name gives them away.
 */
class MaskingTests {

	private final Masking masking = new Masking(List.of("password", "token", "api key", "pin", "authorization",
			"credentials", "cookie", "card number", "ssn"));

	private final JsonValues values = new JsonValues(this.masking, new Limits(10_000));

	@ParameterizedTest
	@ValueSource(strings = { "password", "Password", "PASSWORD", "newPassword", "password_hash", "user-password",
			"accessToken", "apiKey", "api_key", "API-KEY", "x-api-key", "pin", "cardPin", "Authorization", "tokens",
			"refreshTokens", "recovery_tokens", "passwords", "apiKeys", "API_KEYS", "pins", "userPINs", "apikey",
			"APIKEY", "myapikeys", "accesstoken", "authtoken", "userpassword", "passwordhash", "passWord" })
	void namesWithTheWordsOfAKeyAreHidden(String name) {
		assertThat(this.masking.hides(name)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "shipping", "passenger", "spinning", "spins", "pinned", "api", "key", "keys", "keyboard",
			"tokenizer", "name", "class", "" })
	void otherNamesAreNot(String name) {
		assertThat(this.masking.hides(name)).isFalse();
	}

	@Test
	void valuesAreHiddenHoweverDeep() {
		assertThat(this.values.toJson(Map.of("list", List.of(Map.of("token", "abc"), Map.of("count", 3)))))
			.hasToString("{\"list\":[{\"token\":\"***\"},{\"count\":3}]}");
		assertThat(this.values.toJson(Map.of("password", List.of("a", "b")))).hasToString("{\"password\":\"***\"}");
	}

	@Test
	void sensitiveComponentsAreHiddenWhateverTheirName() {
		assertThat(this.values.toJson(new Customer("Jane", "123-45")))
			.hasToString("{\"name\":\"Jane\",\"number\":\"***\"}");
	}

	@Test
	void whatCannotBeWrittenIsNamedInsteadOfFailing() {
		assertThat(this.values.toJson(new Object() {
			@SuppressWarnings("unused")
			public String getName() {
				throw new IllegalStateException("no name");
			}
		}).asString()).startsWith("not representable in JSON: ");
		Loop loop = new Loop();
		assertThat(this.values.toJson(loop).asString()).startsWith("not representable in JSON: ");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "login failed, password=swordfish|login failed, password=***",
					"{\"password\": \"sword fish\", \"a\": 1}|{\"password\": ***, \"a\": 1}",
					"api-key: abc; next|api-key: ***; next", "Authorization: Bearer abc|Authorization: ***",
					"the password was wrong|the password was wrong",
					"AuthorizationDeniedException: Access Denied|AuthorizationDeniedException: Access Denied" })
	void assignmentsInTextsAreHidden(String text, String masked) {
		assertThat(this.masking.mask(text)).isEqualTo(masked);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{"tokens":["t1","t2"],"user":"ann"}            | {"tokens":***,"user":"ann"}
			{credentials={user=ann, key=xyz}, user=ann}    | {credentials=***, user=ann}
			Login[credentials=Key[user=ann, key=xyz], a=b] | Login[credentials=***, a=b]
			credentials=["a]", {"b": "}"}] were wrong      | credentials=*** were wrong
			credentials=Key[user=ann, key=x                | credentials=***
			Authorization: Token abc                       | Authorization: ***
			Authorization: SSWS abc, user: ann             | Authorization: ***, user: ann
			Proxy-Authorization: Negotiate "abc"           | Proxy-Authorization: ***
			Authorization: Basic YWI=, user=ann            | Authorization: ***, user=ann
			Authorization: Digest user="a b", uri="/", c=d | Authorization: ***
			authorization=***                              | authorization=***
			Authorization: *** was refused                 | Authorization: *** was refused
			token: Bearer abc now                          | token: *** now
			Set-Cookie:"a=1", "JSESSIONID=x", Age:"1"      | Set-Cookie:***, Age:"1"
			Cookie: a=1; JSESSIONID=x                      | Cookie: ***
			{\\"password\\":\\"x y\\",\\"user\\":\\"ann\\"} | {\\"password\\":***,\\"user\\":\\"ann\\"}
			{"a":"{\\"pin\\":\\"x\\\\\\"y\\"}","b":"c"}     | {"a":"{\\"pin\\":***}","b":"c"}
			{"password":"a\\"b","user":"ann"}              | {"password":***,"user":"ann"}
			password="two words                            | password=***
			password='a, b', user='ann'                    | password=***, user='ann'
			password => abc, user => ann                   | password => ***, user => ann
			user[password]=abc&a=b                         | user[password]=***
			spring.datasource.password=abc                 | spring.datasource.password=***
			newPassword=abc, passwordHash=abc              | newPassword=***, passwordHash=***
			The card number: 4111 is wrong                 | The card number: *** is wrong
			API key = abc                                  | API key = ***
			password=, user=ann                            | password=, user=ann
			""")
	void allOfAValueIsHidden(String text, String masked) {
		assertThat(this.masking.mask(text)).isEqualTo(masked);
		assertThat(this.masking.mask(masked)).as("once more").isEqualTo(masked);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Order 5 shipping: DHL", "mapping: /a", "Company[businessName=ACME]", "className: Foo",
			"processName=x", "opinion: yes", "secretary: Ann", "discard number: 5", "tokenizer: none",
			"The password was wrong: try again", "com.acme.token.Login: refused", "org.acme.InvalidTokenException: x",
			"token_error: expired", "12:30:45", "https://example.org/", "=", ":", "" })
	void ordinaryWordsAreShownInTexts(String text) {
		assertThat(this.masking.mask(text)).isSameAs(text);
	}

	@Test
	void keysAreWordsOfAnyLanguage() {
		Masking foreign = new Masking(List.of("пароль", "Schlüssel", "密码", " "));
		assertThat(List.of("пароль", "новыйПароль", "ПАРОЛЬ", "Schlüssel", "api_schlüssel", "密码", "用户密码"))
			.allMatch(foreign::hides);
		assertThat(List.of("паром", "Schluss", "schl", "ssel", "密")).noneMatch(foreign::hides);
		assertThat(foreign.mask("Пароль: абв, Schlüssel=abc, 密码：abc")).isEqualTo("Пароль: ***, Schlüssel=***, 密码：***");
		assertThat(foreign.mask("паром: абв, Schluss: 5")).isEqualTo("паром: абв, Schluss: 5");
	}

	@Test
	void aKeyThatMatchesNothingIsRefused() {
		assertThatExceptionOfType(AuditSetupException.class).isThrownBy(() -> new Masking(List.of("password", "***")))
			.withMessageContaining("'***'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "password=", "password=[", "password=\"a\",", "a-b-", "\\", "password='\\", "token: a ",
			"Authorization: a b=", "Cookie: a=1;", " :", "pin " })
	void textsOfAnyLengthAreReadOnce(String part) {
		assertTimeoutPreemptively(Duration.ofSeconds(20), () -> this.masking.mask(part.repeat(200_000) + "=x"));
	}

	@Test
	void textsWithinValuesAreMasked() {
		assertThat(this.values.toJson(List.of("dump password=geheim", "Jane")))
			.hasToString("[\"dump password=***\",\"Jane\"]");
		assertThat(this.values.toJson("[{\"user\":\"ann\",\"password\":\"a b\"}]"))
			.hasToString("[{\"user\":\"ann\",\"password\":\"***\"}]");
		assertThat(this.values.toJson("{\"note\":\"password=geheim\"}")).hasToString("{\"note\":\"password=***\"}");
		assertThat(this.values.toJson("{\"name\" : \"Ann\"}").asString()).isEqualTo("{\"name\" : \"Ann\"}");
		assertThat(this.values.toJson(Map.of("token", "password=a b"))).hasToString("{\"token\":\"***\"}");
	}

	@Test
	void aTextWhoseSecretChangedIsAnother() {
		JsonNode one = this.values.toJson("pin=1");
		assertThat(one).hasToString("\"pin=***\"").isEqualTo(this.values.toJson("pin=1"));
		assertThat(this.values.toJson("pin=2")).hasToString("\"pin=***\"").isNotEqualTo(one);
	}

	@Test
	void anExceptionIsItsText() {
		Throwable failure = new IllegalStateException("No password=geheim", new IllegalArgumentException("geheim"));
		assertThat(this.values.toJson(Map.of("error", failure)))
			.hasToString("{\"error\":\"IllegalStateException: No password=***\"}");
		assertThat(this.values.text(failure)).isEqualTo("IllegalStateException: No password=***");
	}

	record Customer(String name, @Sensitive String number) {

	}

	static class Loop {

		public Loop getSelf() {
			return this;
		}

	}

}
