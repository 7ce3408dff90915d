package io.auditspring.capture.internal.value;

import java.util.List;
import java.util.Map;

import io.auditspring.Sensitive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Secrets are hidden wherever their name gives them away.
 */
class MaskingTests {

	private final Masking masking = new Masking(List.of("password", "token", "api key", "pin", "authorization"));

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
	@CsvSource(delimiter = '|',
			value = { "login failed, password=swordfish|login failed, password=***",
					"{\"password\": \"sword fish\", \"a\": 1}|{\"password\": ***, \"a\": 1}",
					"api-key: abc; next|api-key: ***; next", "Authorization: Bearer abc|Authorization: ***",
					"the password was wrong|the password was wrong",
					"AuthorizationDeniedException: Access Denied|AuthorizationDeniedException: Access Denied" })
	void assignmentsInTextsAreHidden(String text, String masked) {
		assertThat(this.masking.mask(text)).isEqualTo(masked);
	}

	record Customer(String name, @Sensitive String number) {

	}

	static class Loop {

		public Loop getSelf() {
			return this;
		}

	}

}
