package io.auditspring.intercept.internal.call;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Sensitive;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * No expression tells a secret of what it is given, however it gets at it.
 */
class ExpressionSecretsTests {

	private final DataSource database = TestDatabase.migrated();

	@Test
	void noneTellsASecret() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.delivery=sync")
			.withBean(DataSource.class, () -> this.database)
			.withBean("printer", Printer.class)
			.withBean(Desk.class)
			.run((context) -> {
				Desk desk = context.getBean(Desk.class);
				Map<String, Object> headers = Map.of("token", "SWORDFISH", "lang", "de");
				Card card = new Card("Ann", "SWORDFISH", headers);
				desk.index(card, headers);
				desk.get(card, headers);
				desk.text(card);
				desk.concat(card);
				desk.format(card);
				desk.project(List.of(card));
				desk.bean(card);
				desk.derived(card);
				desk.result(card);
				desk.parts(card, headers);
			});
		List<Map<String, Object>> entries = new AuditLog(this.database).entries();
		assertThat(entries).hasSize(10).allSatisfy((entry) -> {
			assertThat(entry.toString()).as("%s", entry.get("message")).doesNotContain("SWORD");
			assertThat(String.valueOf(entry.get("metadata"))).doesNotContain("expressionErrors");
		});
		assertThat(entries).extracting("message")
			.anySatisfy((message) -> assertThat(message).asString().contains("de"));
	}

	@Test
	void noneIsToldByTheEntryOfTheCallAroundTheOneThatFailed() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.delivery=sync")
			.withBean(DataSource.class, () -> this.database)
			.withBean(Mailer.class)
			.withBean(Registration.class)
			.run((context) -> {
				Registration registration = context.getBean(Registration.class);
				assertThatIllegalStateException().isThrownBy(() -> registration.signUp("jane"))
					.withMessage("No route for SWORDFISH");
				assertThatExceptionOfType(UnsupportedOperationException.class)
					.isThrownBy(() -> registration.invite("jane"));
			});
		assertThat(new AuditLog(this.database).entries()).hasSize(4).allSatisfy((entry) -> {
			assertThat(entry.toString()).doesNotContain("SWORD");
			assertThat((String) entry.get("error")).contains("No route for ***");
		});
	}

	static class Mailer {

		@Audited
		public void send(String user, @Sensitive String code) {
			throw new IllegalStateException("No route for " + code);
		}

	}

	static class Registration {

		private final Mailer mailer;

		Registration(Mailer mailer) {
			this.mailer = mailer;
		}

		@Audited(message = "#{#error.message}")
		public void signUp(String user) {
			this.mailer.send(user, "SWORDFISH");
		}

		@Audited(metadata = "{cause: #error.message}")
		public void invite(String user) {
			try {
				this.mailer.send(user, "SWORDFISH");
			}
			catch (IllegalStateException ex) {
				throw new UnsupportedOperationException("Not invited: " + ex.getMessage());
			}
		}

	}

	record Card(String owner, @Sensitive String number, Map<String, Object> headers) {

		public String getNumber() {
			return this.number;
		}

	}

	static class Printer {

		public String print(Object object) {
			return "printed " + object;
		}

	}

	static class Desk {

		@Audited(message = "#{#headers['token']} #{#headers['lang']} #{#card['number']} #{#card.headers['token']}")
		public void index(Card card, Map<String, Object> headers) {
		}

		@Audited(
				message = "#{#headers.get('token')} #{#headers.getOrDefault('token', 'none')} #{#card.headers().get('token')}")
		public void get(Card card, Map<String, Object> headers) {
		}

		@Audited(
				message = "#{#card.toString()} #{#card.headers.toString()} #{#card.headers.values()} #{#card.headers.entrySet()}")
		public void text(Card card) {
		}

		@Audited(message = "#{'card ' + #card + '.'} #{'card '.concat(#card.number)} #{'card '.concat(#card)}")
		public void concat(Card card) {
		}

		@Audited(
				message = "#{T(java.lang.String).valueOf(#card)} #{T(java.lang.String).format('%s', #card)} #{T(java.util.List).of(#card).toString()}")
		public void format(Card card) {
		}

		@Audited(
				message = "#{#cards.![number]} #{#cards.![getNumber()]} #{#cards[0].number} #{#cards.get(0).number()} #{#cards.?[number != null]}")
		public void project(List<Card> cards) {
		}

		@Audited(message = "#{@printer.print(#card)} #{@printer.print(#card.number)}")
		public void bean(Card card) {
		}

		@Audited(message = "#{#card.number.toUpperCase()} #{#card.getNumber().length()} #{#card?.number?.concat('x')}")
		public void derived(Card card) {
		}

		@Audited(
				message = "#{#result} #{#result.toString()} #{#result.number} #{#result.headers['token']} #{T(java.util.Optional).of(#result)}")
		public Optional<Card> result(Card card) {
			return Optional.of(card);
		}

		@Audited(targetType = "Card", targetId = "#headers['token']", targetName = "#card.toString()",
				justification = "#headers.get('token')", related = "Card:#headers['token']",
				metadata = "{token: #headers['token'], other: #headers['token'], deep: {#headers.get('token')}, text: #card.toString()}")
		public void parts(Card card, Map<String, Object> headers) {
		}

	}

}
