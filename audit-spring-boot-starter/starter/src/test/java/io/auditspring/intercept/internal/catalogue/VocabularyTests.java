package io.auditspring.intercept.internal.catalogue;

import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.ActorAttributes;
import io.auditspring.AuditActions;
import io.auditspring.AuditCategories;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.AuditTargetTypes;
import io.auditspring.Audited;
import io.auditspring.Vocabulary;
import io.auditspring.actuate.AuditEndpoint;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditEndpointAutoConfiguration;
import io.auditspring.ledger.internal.table.SchemaStatus;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;

import static io.auditspring.TestDatabase.newDatabase;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Applications that name what their entries may say.
 */
class VocabularyTests {

	private static final DataSource DATABASE = newDatabase();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditEndpointAutoConfiguration.class))
		.withPropertyValues("management.endpoints.web.exposure.include=audit",
				"management.endpoints.jmx.exposure.include=audit")
		.withBean(DataSource.class, () -> DATABASE);

	private static String failure(Throwable failure) {
		Throwable cause = failure;
		while (!(cause instanceof AuditSetupException) && cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause.getMessage();
	}

	@Test
	void aMisspeltActionStopsTheStartWithItsPlaceAndTheNearestKnownOne() {
		this.runner.withUserConfiguration(Named.class)
			.withBean(Misspelt.class)
			.run((context) -> assertThat(failure(context.getStartupFailure())).contains(
					"@Audited method %s.onboard has the action 'device.onbord'".formatted(Misspelt.class.getName()),
					"the nearest it knows is 'device.onboard'", "has the category 'configuraton_change'",
					"'configuration_change'", "has the type of target 'Devise'", "'Device'",
					"has the type of target 'Connectr'", "'Connector'"));
	}

	@Test
	void anActionOfTheLedgersOwnStopsTheStart() {
		this.runner.withBean(LikeTheLedger.class)
			.run((context) -> assertThat(failure(context.getStartupFailure()))
				.contains(
						"@Audited method %s.approve has the action 'audit.plan.approve'"
							.formatted(LikeTheLedger.class.getName()),
						"actions that begin with 'audit.' are the ledger's own"));
	}

	@Test
	void norIsItRecorded() {
		this.runner.run((context) -> {
			AuditRecorder recorder = context.getBean(AuditRecorder.class);
			assertThatIllegalArgumentException()
				.isThrownBy(() -> recorder.record(AuditRecord.action("audit.hold").build()))
				.withMessageContaining("'audit.hold' cannot be recorded");
			recorder.record(AuditRecord.action("audit.read").build());
			recorder.record(AuditRecord.action("auditing.started").build());
		});
	}

	@Test
	void alsoThatOfABeanThatIsCreatedLater() {
		this.runner.withUserConfiguration(Named.class, Later.class)
			.run((context) -> assertThat(failure(context.getStartupFailure())).contains("'device.onbord'"));
	}

	@Test
	void propertiesNameThemToo() {
		this.runner.withPropertyValues("audit.vocabulary.actions=" + Actions.class.getName())
			.withBean(Misspelt.class)
			.run((context) -> assertThat(failure(context.getStartupFailure())).contains("'device.onbord'")
				.doesNotContain("category"));
		this.runner
			.withPropertyValues("audit.vocabulary.categories=" + Categories.class.getName(),
					"audit.default-category=authentcation")
			.run((context) -> assertThat(failure(context.getStartupFailure()))
				.contains("The property audit.default-category has the category 'authentcation'", "'authentication'"));
	}

	@Test
	void aVocabularyWithoutWordsIsAMistake() {
		this.runner.withPropertyValues("audit.vocabulary.actions=" + Misspelt.class.getName())
			.run((context) -> assertThat(failure(context.getStartupFailure())).contains("has no constants"));
	}

	@Test
	void whatIsKnownIsInTheCatalogueAndSuggested() {
		this.runner.withUserConfiguration(Named.class).withBean(Devices.class).run((context) -> {
			AuditEndpoint endpoint = context.getBean(AuditEndpoint.class);
			AuditEndpoint.ActionsDescriptor actions = (AuditEndpoint.ActionsDescriptor) endpoint.part("actions", null);
			assertThat(actions.actions()).extracting(AuditEndpoint.ActionDescriptor::action)
				.containsExactly("device.config.change", "device.onboard", "report.send", "user.delete");
			assertThat(actions.actions().get(1).methods()).singleElement()
				.satisfies((declared) -> assertThat(declared.place()).isEqualTo(Devices.class.getName() + ".onboard"));
			assertThat(actions.categories()).containsExactly("authentication", "configuration_change");
			assertThat(actions.targetTypes()).contains("Connector", "Device", "PurchaseOrder");
			assertThat(((AuditEndpoint.ActionsDescriptor) endpoint.part("actions", 1)).actions()).hasSize(1);
			assertThat(endpoint.part("nothing", null)).isNull();
		});
	}

	@Test
	void theSchemaIsShownWithItsVersion() {
		this.runner.run((context) -> {
			SchemaStatus status = (SchemaStatus) context.getBean(AuditEndpoint.class).part("schema", null);
			assertThat(status.pending()).isEmpty();
			assertThat(status.failed()).isEmpty();
			assertThat(status.applied()).extracting(SchemaStatus.Migration::version)
				.startsWith("1")
				.endsWith(status.version());
		});
	}

	@Test
	void thePageIsOfferedWhatTheApplicationKnows() {
		new ApplicationContextRunner().withUserConfiguration(Shop.class)
			.withPropertyValues("spring.jpa.hibernate.ddl-auto=create")
			.run((context) -> {
				AuditTrail trail = context.getBean(AuditTrail.class);
				assertThat(trail.suggest(AuditTrail.Attribute.ACTION, "device", 10, AuditQuery.all()))
					.containsExactly("device.config.change", "device.onboard");
				assertThat(trail.suggest(AuditTrail.Attribute.TARGET_TYPE, "dev", 10, AuditQuery.all()))
					.containsExactly("Device");
				assertThat(trail.suggest(AuditTrail.Attribute.ACTION, "device", 10, AuditQuery.all().actor("jane")))
					.isEmpty();
				assertThat(trail.suggest(AuditTrail.Attribute.ACTOR, "", 10, AuditQuery.all())).isEmpty();
			});
	}

	@Test
	void constantsHaveWords() {
		assertThat(AuditRecord.action(Actions.DEVICE_CONFIG_CHANGE).build().action()).isEqualTo("device.config.change");
		assertThat(AuditRecord.action(Own.SEND).build().action()).isEqualTo("report.send");
		assertThat(Vocabulary.targetType(Types.PURCHASE_ORDER)).isEqualTo("PurchaseOrder");
		assertThat(Vocabulary.targetType(Types.Device)).isEqualTo("Device");
		assertThat(Words.distance("kitten", "sitting")).isEqualTo(3);
	}

	@Test
	void attributesOfActorsAreMaskedMetadata() {
		DataSource database = newDatabase();
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> database)
			.withBean(ActorAttributes.class, () -> (actor) -> {
				if (actor.id().equals("joan")) {
					throw new IllegalStateException("not for the ledger");
				}
				return Map.of("role", "auditor", "password", "swordfish");
			})
			.run((context) -> {
				for (Actor actor : List.of(Actor.user("jane"), Actor.user("joan"), Actor.system())) {
					context.getBean(AuditRecorder.class).record(AuditRecord.action("act").actor(actor).build());
				}
				assertThat(new AuditLog(database).await(3)).extracting("metadata")
					.containsExactly("{\"actorAttributes\": {\"role\": \"auditor\", \"password\": \"***\"}}",
							"{\"actorAttributes\": {\"error\": \"IllegalStateException\"}}", null);
			});
	}

	enum Actions {

		DEVICE_ONBOARD, DEVICE_CONFIG_CHANGE

	}

	enum Own {

		SEND;

		@Override
		public String toString() {
			return "report.send";
		}

	}

	enum Types {

		Device, PURCHASE_ORDER

	}

	public interface Constants {

		String DELETE = "user.delete";

	}

	public interface Things {

		interface Further {

			String CONNECTOR = "Connector";

		}

	}

	public static final class Categories {

		public static final String AUTHENTICATION = "authentication";

		public static final String CHANGE = "configuration_change";

		private static final String HIDDEN = "hidden";

	}

	@Configuration(proxyBeanMethods = false)
	@AuditActions({ Actions.class, Own.class, Constants.class })
	@AuditCategories(Categories.class)
	@AuditTargetTypes({ Types.class, Things.class })
	static class Named {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class Shop {

		@Bean
		Devices devices() {
			return new Devices();
		}

		@Bean
		ShopWords words() {
			return new ShopWords();
		}

	}

	static class ShopWords {

		@Audited(action = "device.config.change", targetType = "Device")
		public void change() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Later {

		@Bean
		@Lazy
		Misspelt misspelt() {
			return new Misspelt();
		}

	}

	static class Devices {

		@Audited(action = "device.onboard", category = "configuration_change", targetType = "Device", targetId = "#id",
				related = "Connector:#id")
		public void onboard(String id) {
		}

	}

	static class LikeTheLedger {

		@Audited("audit.plan.approve")
		public void approve() {
		}

	}

	static class Misspelt {

		@Audited(action = "device.onbord", category = "configuraton_change", targetType = "Devise", targetId = "#id",
				related = "Connectr:#id")
		public void onboard(String id) {
		}

	}

}
