package io.auditspring.intercept.internal.call;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Sensitive;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.PageImpl;
import org.springframework.data.util.Streamable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What arguments and results become in an entry, and that nobody notices.
 */
class ReadValuesTests {

	private final DataSource database = TestDatabase.migrated();

	private Map<String, Object> entryOf(Consumer<Desk> call) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.delivery=sync", "audit.capture.arguments=true", "audit.capture.result=true")
			.withBean(DataSource.class, () -> this.database)
			.withBean(Desk.class)
			.run((context) -> call.accept(context.getBean(Desk.class)));
		List<Map<String, Object>> entries = new AuditLog(this.database).entries();
		assertThat(entries).hasSize(1);
		return entries.get(0);
	}

	@Test
	void anArgumentThatCannotBeReadLeavesTheOthers() {
		assertThat(entryOf((desk) -> desk.several("a", new Broken(), 3, new Endless(), "swordfish")).get("metadata"))
			.asString()
			.contains("\"first\": \"a\"")
			.contains("not representable in JSON: io.auditspring.intercept.internal.call.ReadValuesTests$Broken")
			.contains("\"third\": 3")
			.contains("\"password\": \"***\"")
			.doesNotContain("swordfish");
	}

	@Test
	void whatCanBeReadOnceIsLeftToTheCaller() {
		List<String> left = new ArrayList<>();
		Map<String, Object> entry = entryOf((desk) -> desk.once(once("a")).forEach(left::add));
		assertThat(left).containsExactly("result");
		assertThat(entry.get("metadata")).asString().doesNotContain("\"result\": [").contains("ReadValuesTests$");
	}

	@Test
	void soIsWhatOnlyMayBeReadOnce() {
		List<String> left = new ArrayList<>();
		Stream<String> source = Stream.of("a");
		entryOf((desk) -> desk.streamable(Streamable.of(() -> source)).forEach(left::add));
		assertThat(left).containsExactly("a");
	}

	@Test
	void aPageIsItsElements() {
		assertThat(entryOf((desk) -> desk.page(new PageImpl<>(List.of("a", "b")))).get("metadata")).asString()
			.contains("\"result\": [\"a\", \"b\"]");
	}

	@Test
	void anOptionalResultIsWhatIsInIt() {
		assertThat(entryOf((desk) -> desk.find(7))).containsEntry("target_id", "7")
			.containsEntry("message", "found cat")
			.satisfies((entry) -> assertThat(entry.get("metadata")).asString()
				.contains("\"result\": {\"id\": 7, \"name\": \"cat\"}"));
	}

	@Test
	void anEmptyOneIsNothing() {
		assertThat(entryOf((desk) -> desk.find(0))).containsEntry("target_id", null)
			.containsEntry("message", "found nothing");
	}

	@Test
	void aSecretResultIsNotShown() {
		assertThat(entryOf(Desk::password)).containsEntry("message", "*** was made")
			.satisfies((entry) -> assertThat(entry.get("metadata")).asString().contains("\"result\": \"***\""));
	}

	@Test
	void aTextOfAnObjectDoesNotTellItsSecrets() {
		assertThat(entryOf((desk) -> desk.pay(new Card("Ann", "4111-1111"), Map.of("token", "t-1234")))).satisfies(
				(entry) -> assertThat(entry.values().toString()).doesNotContain("4111-1111").doesNotContain("t-1234"))
			.containsEntry("message", "paid by Ann with *** and *** and ***: {\"owner\":\"Ann\",\"number\":\"***\"}")
			.containsEntry("target_id", "{\"owner\":\"Ann\",\"number\":\"***\"}");
	}

	@Test
	void aConditionMayAskForASecret() {
		assertThat(entryOf((desk) -> {
			desk.large(new Card("Ann", "0"));
			desk.large(new Card("Ann", "4111-1111"));
		})).containsEntry("action", "large");
	}

	@Test
	void anErrorDoesNotRepeatTheSecretsWithinAnArgument() {
		assertThat(entryOf((desk) -> assertThatIllegalArgumentException()
			.isThrownBy(() -> desk.refuse(new Card("Ann", "4111-1111")))))
			.containsEntry("error", "IllegalArgumentException: no such card: ***")
			.satisfies((entry) -> assertThat(entry.values().toString()).doesNotContain("4111-1111"));
	}

	@Test
	void aTargetOfTheContextIsNotPrinted() {
		assertThat(entryOf((desk) -> desk.context(new Card("Ann", "4111-1111"))))
			.containsEntry("target_id", "{\"owner\":\"Ann\",\"number\":\"***\"}")
			.satisfies((entry) -> assertThat(entry.get("related")).asString().doesNotContain("@"));
	}

	@Test
	void aTextDoesNotTellWhatItAssigns() {
		assertThat(entryOf((desk) -> desk.raw("{\"user\":\"ann\",\"password\":\"swordfish\"}"))).satisfies((entry) -> {
			assertThat(entry.values().toString()).doesNotContain("swordfish");
			assertThat(entry.get("metadata")).asString()
				.contains("\"body\": {\"user\": \"ann\", \"password\": \"***\"}")
				.contains("\"command\": \"dump --token=***\"")
				.contains("\"result\": \"pin: ***\"");
		});
	}

	private static Iterable<String> once(String element) {
		Iterator<String> iterator = List.of(element).iterator();
		return () -> iterator;
	}

	static class Desk {

		@Audited
		public void several(String first, Broken second, int third, Endless fourth, String password) {
		}

		@Audited
		public Iterable<String> once(Iterable<String> argument) {
			argument.forEach((element) -> {
			});
			return ReadValuesTests.once("result");
		}

		@Audited
		public Streamable<String> streamable(Streamable<String> argument) {
			return argument;
		}

		@Audited
		public Page<String> page(Page<String> page) {
			return page;
		}

		@Audited(targetId = "#result?.id", message = "found #{#result?.name ?: 'nothing'}")
		public Optional<Pet> find(int id) {
			return (id > 0) ? Optional.of(new Pet(id, "cat")) : Optional.empty();
		}

		@Sensitive
		@Audited(message = "#{#result} was made")
		public String password() {
			return "swordfish";
		}

		@Audited(targetId = "#card",
				message = "paid by #{#card.owner} with #{#card.number} and #{#card.number()} and #{#map.token}: #{#card}")
		public void pay(Card card, Map<String, String> map) {
		}

		@Audited(action = "large", condition = "#card.number.length() > 1")
		public void large(Card card) {
		}

		@Audited(message = "#{#error.message}")
		public void refuse(Card card) {
			throw new IllegalArgumentException("no such card: " + card.number());
		}

		@Audited
		public String raw(String body) {
			AuditContext.current().metadata("command", "dump --token=swordfish");
			return "pin: swordfish";
		}

		@Audited
		public void context(Card card) {
			AuditContext.current().target("Card", card).related("Thing", new Thing());
		}

	}

	record Pet(int id, String name) {

	}

	record Card(String owner, @Sensitive String number) {

	}

	static class Thing {

		public String getColor() {
			return "red";
		}

	}

	static class Broken {

		public String getName() {
			throw new IllegalStateException();
		}

	}

	static class Endless {

		public Endless getNext() {
			return new Endless();
		}

	}

}
