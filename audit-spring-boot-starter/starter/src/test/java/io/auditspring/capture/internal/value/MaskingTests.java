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
	@CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
			password:\\nspring.mail.password: hunter2      | password:\\nspring.mail.password: ***
			password:\\nusername: joe                      | password:\\nusername: joe
			password=\\nuser=ann\\npin=                    | password=\\nuser=ann\\npin=
			password=\\nhunter2                            | password=\\n***
			Your token:\\n\\nabc                           | Your token:\\n\\n***
			Cookie: \\r\\nAuthorization: Bearer abc        | Cookie: \\r\\nAuthorization: ***
			Invalid credentials: password: hunter2         | Invalid credentials: password: ***
			credentials: api key: abc                      | credentials: *** key: ***
			password: token = abc                          | password: *** = ***
			credentials:\\n  user: a\\n  key: x y\\nport: 1  | credentials:\\n  ***\\nport: 1
			tokens:\\n- a b\\n- c\\n\\nport: 1             | tokens:\\n***\\n\\nport: 1
			- token:\\n    - a\\n    - b\\n- name: c         | - token:\\n    ***\\n- name: c
			~credentials: |-\\n  MIIE x\\n  y\\nport: 1~ | credentials: ***\\nport: 1
			credentials:\\n  "user": a\\n  "key": x\\nport: 1 | credentials:\\n  ***\\nport: 1
			"password":\\n  "x y",\\n "port": 1             | "password":\\n  ***,\\n "port": 1
			credentials: -----BEGIN KEY-----\\nMI\\n-----END KEY----- port=1 | credentials: *** port=1
			credentials: -----BEGIN KEY-----\\nMI           | credentials: ***
			""")
	void aValueMayStandOnOtherLines(String text, String masked) {
		assertMasked(text.translateEscapes(), masked.translateEscapes());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
			**Password:** hunter2                          | **Password:** ***
			**Password**: hunter2                          | **Password**: ***
			__Password:__ hunter2, a                       | __Password:__ ***, a
			[Password:] hunter2                            | [Password:] ***
			<b>Password:</b> hunter2                       | <b>Password:</b> ***
			<b>Password</b>: hunter2                       | <b>Password</b>: ***
			<td>PIN:&nbsp;</td><td>x</td>                  | <td>PIN:&nbsp;</td><td>***</td>
			`password` = 'x', `a` = 'b'                    | `password` = ***, `a` = 'b'
			Password*: x                                   | Password*: ***
			Password (new): x                              | Password (new): ***
			(password): x                                  | (password): ***
			tokens[0]=abc                                  | tokens[0]=***
			tokens[ann]=abc                                | tokens[ann]=***
			Key (token)=(abc) exists                       | Key (token)=*** exists
			Key (token, tenant)=(abc, 5) exists            | Key (token, tenant)=*** exists
			Key (lower(token::text))=(abc) exists          | Key (lower(token::***))=*** exists
			getToken(): abc                                | getToken(): abc
			findBy(token): 3 rows                          | findBy(token): 3 rows
			<a><password>x y</password><b>c</b></a>        | <a><password>***</password><b>c</b></a>
			<w:Password Type="http://x#T">x</w:Password>   | <w:Password Type="http://x#T">***</w:Password>
			<credentials><key>x</key></credentials> z      | <credentials>***</credentials> z
			<token/><a>b</a>                               | <token/><a>b</a>
			<user password="x y" a="b">c</user>            | <user password=*** a="b">c</user>
			<user><password>x y                            | <user><password>***
			send <token> to </p>                           | send <token> to </p>
			""")
	void namesAndValuesMayHaveMarkup(String text, String masked) {
		assertMasked(text, masked);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
			https://ann:geheim@host:80/a?b=c               | https://ann:***@host:80/a?b=c
			jdbc:postgresql://ann:geheim@host/db           | jdbc:postgresql://ann:***@host/db
			mongodb://ann:g:h@h1,h2:27017 refused          | mongodb://ann:***@h1,h2:27017 refused
			redis://:geheim@host, token=x                  | redis://:***@host, token=***
			http://token-service:8080/a?token=x            | http://token-service:8080/a?token=***
			token://abc                                    | token:***
			http://host/ann:5@b                            | http://host/ann:5@b
			""")
	void passwordsInAddressesAreHidden(String text, String masked) {
		assertMasked(text, masked);

	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
			password = 'it''s x', a                        | password = ***, a
			a,"password=""x y"", b=""c"" "                 | a,"password=***, b=""c"" "
			password='', user='ann'                        | password=***, user='ann'
			password = \u201ca b\u201d, c                  | password = ***, c
			\u5bc6\u7801\uff1a\u300ca b\u300d, c            | \u5bc6\u7801\uff1a***, c
			password\u00a0:\u00a0x                         | password\u00a0:\u00a0***
			Mot de passe\u00a0: x                          | Mot de passe\u00a0: ***
			PIN code: 1234                                 | PIN code: ***
			Your password is: x                            | Your password is: ***
			The password hash value: x                     | The password hash value: ***
			{"password":"a b","password":"c d","a":1       | {"password":***,"password":***,"a":1
			""")

	void quotesAndWordsMayStandAround(String text, String masked) {
		assertMasked(new Masking(List.of("password", "pin", "passe", "\u5bc6\u7801")), text, masked);
	}

	private void assertMasked(String text, String masked) {
		assertMasked(this.masking, text, masked);
	}

	private static void assertMasked(Masking masking, String text, String masked) {
		assertThat(masking.mask(text)).isEqualTo(masked);
		assertThat(masking.mask(masked)).as("once more").isEqualTo(masked);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Order 5 shipping: DHL", "mapping: /a", "Company[businessName=ACME]", "className: Foo",
			"processName=x", "opinion: yes", "secretary: Ann", "discard number: 5", "tokenizer: none",
			"The password was wrong: try again", "com.acme.token.Login: refused", "org.acme.InvalidTokenException: x",
			"token_error: expired", "12:30:45", "https://example.org/", "at a.B(TokenService.java:42)",
			"c.a.auth.TokenService : started", "http://token-service:8080/", "Map<String, Token> of </a>", "=", ":",
			"" })
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
			"<token>", "<token></a>", "://a@", "token:\n", "token:\n ", "password=''", "(a) token: |\n", "<a token=",
			"private key: -----BEGIN", "Authorization: a b=", "Cookie: a=1;", " :", "pin " })
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
	void aTextThatHasAMemberTwiceIsNoJson() {
		assertThat(this.values.toJson("{\"password\":\"a b\",\"password\":\"c d\",\"a\":1}").asString())
			.isEqualTo("{\"password\":***,\"password\":***,\"a\":1}");
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
