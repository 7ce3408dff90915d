package io.auditspring.capture.internal.entry;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.internal.entry.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.MessageSource;
import org.springframework.context.support.ReloadableResourceBundleMessageSource;
import org.springframework.context.support.StaticMessageSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How entries are put into words.
 */
class SentencesTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			device.onboard        | Device | 7 | success | Device 7 onboarded
			device.onboard        | Device | 7 | failure | Device 7: onboard failed
			device.onboard        | Device | 7 | denied  | Device 7: onboard was refused
			order.pay             | Order  | 7 | success | Order 7 paid
			order.paid            | Order  | 7 | success | Order 7 paid
			order.created         | Order  | 7 | success | Order 7 created
			order.ship            | Order  | 7 | success | Order 7 shipped
			OrderService.pay      | Order  | 7 | success | Order 7 paid
			OrderService.pay      |        |   | success | OrderService.pay was called
			OrderService.pay      |        |   | failure | OrderService.pay failed
			OrderService.importAll |       | 7 | success | 7 imported all
			orders.import_all     |        |   | success | Orders imported all
			device.config_change  | Device | 7 | success | Device 7 config changed
			device.markPaid       | Device | 7 | success | Device 7 mark paid
			user.password_reset   | User   | 7 | success | User 7 password reset
			user.password_changed | User   | 7 | success | User 7 password changed
			backup.completed      |        |   | success | Backup completed
			backup.failed         |        |   | failure | Backup failed
			api_key.refused       | ApiKey | 7 | failure | ApiKey 7 refused
			nightly.report.carry  |        |   | success | Nightly report carried
			reconcile             |        |   | success | reconcile was called
			reconcile             |        |   | denied  | reconcile was refused
			entity.updated        | Order  | 7 | success | Order 7 updated
			login                 |        |   | success | User jane signed in
			login                 |        |   | failure | User jane could not sign in
			user.switched         | User   | 7 | success | User jane took on the identity of User 7
			user.switch_ended     | User   | 7 | success | User 7 gave up the identity of User jane
			access.denied         | Request | GET /x | denied | Request GET /x: access was refused
			no.0                  |        |   | success | No: 0 done
			order.v2              | Order  | 7 | success | Order 7: v2 done
			order.x               | Order  | 7 | success | Order 7: x done
			order.größe           | Order  | 7 | success | Order 7: größe done
			order.v2_upgrade      | Order  | 7 | success | Order 7: v2 upgrade done
			device.onboarding     | Device | 7 | success | Device 7: onboarding done
			tax.validation        | Tax    | 7 | success | Tax 7: validation done
			device.provision      | Device | 7 | success | Device 7 provisioned
			device.scan           | Device | 7 | success | Device 7 scanned
			device.fix            | Device | 7 | success | Device 7 fixed
			device.ping           | Device | 7 | success | Device 7 pinged
			config.backup         | Device | 7 | success | Device 7 backed up
			user.login            | User   | 7 | success | User 7 signed in
			user.login            | User   | 7 | failure | User 7: login failed
			video.embed           | Video  | 7 | success | Video 7 embedded
			…                     |        |   | success | … was called
			.                     |        |   | success | . was called
			""")
	void inEnglish(String action, String type, String id, String outcome, String sentence) {
		assertThat(sentence(new Sentences(null, Locale.ENGLISH), action, type, id, outcome)).isEqualTo(sentence);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			device.onboard   | Gerät | 7 | success | Gerät 7 eingebunden
			device.carry     | Gerät | 7 | success | Gerät 7: carry ausgeführt
			device.0         | Gerät | 7 | success | Gerät 7: 0 ausgeführt
			device.split     | Gerät | 7 | success | Gerät 7 aufgeteilt
			device.config_change | Gerät | 7 | success | Gerät 7: config change ausgeführt
			nightly.sync     |       |   | success | Nightly abgeglichen
			device.onboard   | Gerät | 7 | failure | Gerät 7: onboard fehlgeschlagen
			order.created    | Order | 7 | success | Order 7 angelegt
			logout           |       |   | success | Benutzer jane hat sich abgemeldet
			user.switched    | User  | 7 | success | Benutzer jane hat die Identität von User 7 angenommen
			user.switch_ended | User | 7 | success | User 7 hat die Identität von Benutzer jane abgelegt
			OrderService.pay |       |   | denied  | OrderService.pay wurde verweigert
			""")
	void inGerman(String action, String type, String id, String outcome, String sentence) {
		assertThat(sentence(new Sentences(null, Locale.GERMANY), action, type, id, outcome)).isEqualTo(sentence);
	}

	/** What a language lacks would be said in English in the midst of it. */
	@Test
	void everyLanguageHasAllSentencesAndVerbs() throws IOException {
		assertThat(keys("sentences_de.properties")).containsAll(keys("sentences.properties"));
	}

	private static Set<String> keys(String file) throws IOException {
		Properties catalogue = new Properties();
		try (InputStream stream = Sentences.class.getResourceAsStream("/io/auditspring/capture/" + file)) {
			catalogue.load(stream);
		}
		return catalogue.stringPropertyNames();
	}

	@Test
	void aLanguageWithoutACatalogueHasTheEnglishOne() {
		assertThat(sentence(new Sentences(null, Locale.FRENCH), "order.pay", "Order", "7", "success"))
			.isEqualTo("Order 7 paid");
	}

	@Test
	void messagesThatGiveCodesForWhatTheyDoNotKnowAreNotTakenForWords() {
		ReloadableResourceBundleMessageSource messages = new ReloadableResourceBundleMessageSource();
		messages.setUseCodeAsDefaultMessage(true);
		assertThat(sentence(new Sentences(messages, Locale.ENGLISH), "order.pay", "Order", "7", "success"))
			.isEqualTo("Order 7 paid");
	}

	@Test
	void messagesThatFailBreakNothing() {
		MessageSource broken = (MessageSource) java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { MessageSource.class }, (proxy, method, arguments) -> {
					throw new IllegalStateException("not yet");
				});
		assertThat(sentence(new Sentences(broken, Locale.ENGLISH), "order.pay", "Order", "7", "success"))
			.isEqualTo("Order 7 paid");
	}

	@Test
	void anApplicationHasVerbsOfItsOwn() {
		StaticMessageSource messages = new StaticMessageSource();
		messages.addMessage("audit.verb.yeet", Locale.ENGLISH, "thrown away");
		assertThat(sentence(new Sentences(messages, Locale.ENGLISH), "order.yeet", "Order", "7", "success"))
			.isEqualTo("Order 7 thrown away");
	}

	@Test
	void aLongNameIsCut() {
		assertThat(sentence(new Sentences(null, Locale.ENGLISH), "order.pay", "Order", "é😀".repeat(5_000), "success"))
			.hasSizeLessThan(230)
			.startsWith("Order é😀")
			.endsWith("… paid");
	}

	@ParameterizedTest
	@CsvSource({ "jane, User jane could not sign in", "unknown, Somebody unknown could not sign in",
			"hmac:00112233445566778899aabbccddeeff, Somebody unknown could not sign in" })
	void aFailedLoginNamesWhoseNameWasTried(String tried, String sentence) {
		assertThat(sentence(new Sentences(null, Locale.ENGLISH), ActorType.ANONYMOUS, tried, "login", null, null,
				"failure"))
			.isEqualTo(sentence);
	}

	private static String sentence(Sentences sentences, String action, String type, String id, String outcome) {
		return sentence(sentences, ActorType.USER, "jane", action, type, id, outcome);
	}

	private static String sentence(Sentences sentences, ActorType actorType, String actor, String action, String type,
			String id, String outcome) {
		Entry entry = new Entry(UUID.randomUUID(), Instant.now(), null, null, UUID.randomUUID(), action, null,
				Severity.INFO, Outcome.valueOf(outcome.toUpperCase(Locale.ROOT)), actorType, type, id, null, null, null,
				new Entry.ActorGroup(actor, null, null, null, null, null, null, null),
				new Entry.DataGroup(null, null, null, null, null, null, null, null, null));
		return sentences.complete(entry).data().message();
	}

}
