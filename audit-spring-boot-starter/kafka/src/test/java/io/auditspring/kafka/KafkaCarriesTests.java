/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.kafka.Carriers.Service;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.query.AuditRedaction;
import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.receive.internal.Reception;
import io.auditspring.retention.LegalHolds;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Services whose entries Kafka carries to one ledger: a real broker, real databases, real
 * applications.
 */
class KafkaCarriesTests {

	@TempDir
	private Path directory;

	private Carriers carriers;

	private Service orders;

	@BeforeEach
	void startAService() {
		this.carriers = new Carriers(this.directory);
		this.carriers.prepareTheCentre();
		this.orders = this.carriers.service("orders").registered();
	}

	@AfterEach
	void stop() {
		this.carriers.close();
	}

	private ReceivingStatistics received() {
		return this.carriers.centre().getBean(ReceivingStatistics.class);
	}

	private PublishingStatistics sent() {
		return this.orders.context().getBean(PublishingStatistics.class);
	}

	@Test
	void whatServicesDidIsAtTheCentreAsTheyWroteIt() {
		this.carriers.centre();
		Service payments = this.carriers.service("payments").registered();
		this.orders.record("order.place", 700);
		payments.record("payment.take", 300);
		this.carriers.awaitTheSame(this.orders, 701);
		this.carriers.awaitTheSame(payments, 301);
		this.carriers.assertVerified();
		Carriers.await(() -> assertThat(sent().standing().stored()).isEqualTo(701));
		assertThat(this.orders.query("select size from audit.audit_receipt where kind = 'stored'")).isEqualTo("701");
		assertThat(Carriers.health(this.orders.context(), "auditKafkaPublishHealthIndicator").getStatus())
			.isEqualTo(Status.UP);
		Carriers
			.await(() -> assertThat(Carriers.health(this.carriers.centre(), "auditReceiveHealthIndicator").getStatus())
				.isEqualTo(Status.UP));
	}

	@Test
	void twoLedgersOfOneNameTakeNoRecordsFromEachOther() {
		this.carriers.centre();
		String ledgerId = new JdbcTemplate(this.carriers.centreDatabase)
			.queryForObject("select ledger_id::text from audit.audit_chain where name = 'main'", String.class);
		Carriers.await(() -> {
			Collection<GroupListing> groups = this.carriers.kafka((admin) -> admin.listGroups().all());
			assertThat(groups).extracting(GroupListing::groupId)
				.contains("centre-audit-" + Objects.requireNonNull(ledgerId).substring(0, 8));
		});
	}

	/** It starts a lot to wait for little. */
	@Test
	@Tag("faults")
	void eachOfTwoInstancesOfTheCentreIsWellWhileTheOtherReceives() {
		ConfigurableApplicationContext first = this.carriers.centre();
		Service invoices = this.carriers.service("invoices").registered();
		try (ConfigurableApplicationContext second = this.carriers.run("centre", this.carriers.centreDatabase,
				this.carriers.receiving())) {
			Instant start = Instant.now();
			Carriers.await(() -> assertThat(Stream.of(first, second).map(KafkaCarriesTests::elsewhere))
				.as("chains that each receives, and that the other does")
				.containsExactlyInAnyOrder(List.of("orders"), List.of("invoices")));
			Carriers.await(() -> {
				// Longer than nothing may be heard of a chain.
				assertThat(Duration.between(start, Instant.now())).isGreaterThan(Duration.ofSeconds(6));
				assertThat(Stream.of(first, second))
					.allSatisfy((instance) -> assertThat(Carriers.health(instance, "auditReceiveHealthIndicator"))
						.extracting(Health::getStatus)
						.isEqualTo(Status.UP));
			});
			this.orders.record("order.place", 3);
			invoices.record("invoice.send", 3);
			this.carriers.awaitTheSame(this.orders, 4);
			this.carriers.awaitTheSame(invoices, 4);
		}
	}

	private static List<String> elsewhere(ConfigurableApplicationContext centre) {
		return Stream.of("orders", "invoices").filter(centre.getBean(Reading.class)::isElsewhere).toList();
	}

	@Test
	void theEndpointTellsHowFarChainsAre() {
		this.orders.record("order.place", 9);
		Carriers.await(() -> assertThat(shown(this.orders.context()).at("/publish/marked").asLong()).isEqualTo(10));
		this.carriers.centre();
		this.carriers.awaitTheSame(this.orders, 10);
		Carriers.await(() -> assertThat(shown(this.orders.context()).toString()).contains(
				"""
						{"publish":{"chain":"orders","sends":true,"entries":10,"acknowledged":10,"marked":10,"stored":10,"safe":10,\
						"waitingSeconds":0,"resends":0,"refused":0,"stopped":null,"failure":null,"lastFailure":null},"receive":null}"""));
		this.carriers.send(new ProducerRecord<>(this.carriers.entriesTopic(), "orders".getBytes(StandardCharsets.UTF_8),
				new byte[0]));
		Carriers.await(() -> assertThat(shown(this.carriers.centre()).at("/receive/lastRefusal").isObject()).isTrue());
		JsonNode received = shown(this.carriers.centre()).get("receive");
		assertThat(received.at("/bundles/refused").asInt()).isOne();
		assertThat(received.at("/lastRefusal/chain").asString()).isEqualTo("orders");
		assertThat(received.get("chains")).singleElement().satisfies((chain) -> {
			assertThat(chain.get("chain").asString()).isEqualTo("orders");
			assertThat(chain.get("state").asString()).isEqualTo("received");
			assertThat(chain.get("offset").asLong()).isPositive();
			assertThat(chain.get("size").asLong()).isEqualTo(10);
			assertThat(chain.get("missing").asLong()).isZero();
		});
	}

	private static JsonNode shown(ConfigurableApplicationContext application) {
		return new JsonMapper().valueToTree(application.getBean(KafkaEndpoint.class).kafka());
	}

	@Test
	void aCentreThatWasAwayCatchesUp() {
		this.orders.record("order.place", 300);
		Carriers.await(() -> assertThat(sent().standing().sent()).isEqualTo(301));
		this.orders.stop();
		this.carriers.centre();
		Carriers.await(() -> assertThat(this.carriers.atTheCentre("orders")).isEqualTo(301));
		this.carriers.awaitTheSame(this.orders, 301);
	}

	@Test
	void whatTheTopicLosesIsNoticedAndSentAgain() {
		this.orders.record("order.place", 50);
		Carriers.await(() -> assertThat(sent().standing().sent()).isEqualTo(51));
		this.carriers
			.kafka((admin) -> admin
				.deleteRecords(
						Map.of(new TopicPartition(this.carriers.entriesTopic(), 0), RecordsToDelete.beforeOffset(-1),
								new TopicPartition(this.carriers.entriesTopic(), 1), RecordsToDelete.beforeOffset(-1)))
				.all());
		this.carriers.centre();
		this.carriers.awaitTheSame(this.orders, 51);
		assertThat(received().bundles(Reception.Kind.GAP)).isPositive();
		assertThat(sent().resends()).isPositive();
		this.carriers.assertVerified();
	}

	@Test
	void aTopicThatIsDeletedAndMadeAnewLosesNothing() {
		this.carriers.centre();
		this.orders.record("order.place", 20);
		this.carriers.awaitTheSame(this.orders, 21);
		this.carriers.stopTheCentre();
		this.orders.record("order.place", 20);
		Carriers.await(() -> assertThat(sent().standing().sent()).isEqualTo(41));
		this.carriers.kafka((admin) -> admin.deleteTopics(List.of(this.carriers.entriesTopic())).all());
		this.orders.record("order.place", 20);
		this.carriers.centre();
		this.carriers.awaitTheSame(this.orders, 61);
	}

	@Test
	void topicsThatAreGoneAreMadeAgainAndLoseNothing() {
		this.carriers.centre();
		this.orders.record("order.place", 20);
		this.carriers.awaitTheSame(this.orders, 21);
		this.carriers
			.kafka((admin) -> admin.deleteTopics(List.of(this.carriers.entriesTopic(), this.carriers.receiptsTopic()))
				.all());
		this.orders.record("order.place", 20);
		this.carriers.awaitTheSame(this.orders, 41);
	}

	@Test
	void whatIsSentOnceMoreIsSkipped() {
		this.carriers.centre();
		this.orders.record("order.place", 30);
		this.carriers.awaitTheSame(this.orders, 31);
		this.orders.stop();
		this.orders.execute("update audit.audit_publishing set size = 0, until = '-infinity'");
		this.orders.record("order.place", 5);
		this.carriers.awaitTheSame(this.orders, 36);
		Carriers.await(() -> assertThat(sent().entries()).isEqualTo(36));
		Carriers.await(() -> assertThat(received().entries()).isEqualTo(36));
	}

	@Test
	void whatNobodyVouchesForIsRefusedAndParksNothing() {
		this.carriers.centre();
		this.orders.record("order.place", 3);
		this.carriers.awaitTheSame(this.orders, 4);
		EntriesRecord forged = new EntriesRecord("orders", 4, 1, 5, "orders/orders\n5\nAAAA\n\n— orders AAAA\n",
				"{}\n".getBytes(StandardCharsets.UTF_8));
		this.carriers.send(forged.to(this.carriers.entriesTopic(), "orders/orders"));
		this.carriers.send(new ProducerRecord<>(this.carriers.entriesTopic(), new byte[] { 1 }, new byte[] { 2 }));
		this.carriers.send(new ProducerRecord<>(this.carriers.entriesTopic(), null, null));
		Carriers.await(() -> assertThat(received().bundles(Reception.Kind.REFUSED)).isGreaterThanOrEqualTo(3));
		Carriers
			.await(() -> assertThat(Carriers.health(this.carriers.centre(), "auditReceiveHealthIndicator").getStatus())
				.isEqualTo(Status.OUT_OF_SERVICE));
		this.orders.record("order.place", 3);
		this.carriers.awaitTheSame(this.orders, 7);
		this.carriers.assertVerified();
	}

	@Test
	void whatTheCentreAsksForIsDoneAtTheSourceAndComesBack() {
		this.carriers.centre();
		this.orders.record("order.place", 3);
		this.carriers.awaitTheSame(this.orders, 4);
		JdbcTemplate centre = new JdbcTemplate(this.carriers.centreDatabase);
		UUID id = Objects.requireNonNull(
				centre.queryForObject("select id from audit.audit_log where chain = 'orders' and seq = 1", UUID.class));
		this.carriers.centre().getBean(AuditRedaction.class).redact(id, EntryGroup.ACTOR, "They asked for it");
		Carriers.await(() -> assertThat(Carriers.isActorErased(this.carriers.centreDatabase, id)).isTrue());
		this.carriers.awaitTheSame(this.orders, 5);
		this.carriers.centre().getBean(LegalHolds.class).placeOnTarget("Order", 2, "Case 7");
		Carriers.await(() -> assertThat(this.orders.query("""
				select string_agg(target_type || ' ' || target_id || ' ' || reason, ', ') from audit.audit_legal_hold
				""")).isEqualTo("Order 2 Case 7"));
		this.carriers.assertVerified();
	}

	@Test
	void whatAnotherKeySignedAsTheCentreIsRefused() {
		String log = "orders/orders";
		Ed25519Signer stranger = Ed25519Signer.ofPem("centre", Ed25519Signer.newPem());
		String holds = "[]";
		this.carriers.centre();
		this.orders.record("order.place", 3);
		this.carriers.awaitTheSame(this.orders, 4);
		for (CentreMessage message : List
			.of(CentreMessage.of(CentreMessage.Kind.RESEND, "orders", CentreNote.RESEND.sign(log, 0, "", stranger)),
					CentreMessage.holds("orders",
							CentreNote.HOLDS.sign(log, System.currentTimeMillis(), holds, stranger), holds),
					CentreMessage.of(CentreMessage.Kind.SAFE, "orders", "nothing"))) {
			this.carriers.send(new ProducerRecord<>(this.carriers.receiptsTopic(), message.key(), message.value()));
		}
		this.carriers.send(new ProducerRecord<>(this.carriers.receiptsTopic(), new byte[] { 1 }, new byte[] { 2 }));
		Carriers.await(() -> assertThat(sent().refusals()).isEqualTo(4));
		assertThat(sent().resends()).isZero();
	}

	@Test
	void anErasureThatIsDeclaredLaterArrivesWithItsDeclaration() {
		this.orders.record("order.place", 1500);
		Carriers.await(() -> assertThat(sent().standing().sent()).isEqualTo(1501));
		UUID id = UUID
			.fromString(this.orders.query("select id from audit.audit_log where chain = 'orders' and seq = 3"));
		this.orders.context().getBean(AuditRedaction.class).redact(id, EntryGroup.DATA, "Wrong customer");
		Carriers.await(() -> assertThat(sent().standing().sent()).isEqualTo(1502));
		this.orders.stop();
		this.orders.execute("update audit.audit_publishing set size = 0, until = '-infinity'");
		this.carriers.kafka((admin) -> admin.deleteTopics(List.of(this.carriers.entriesTopic())).all());
		Carriers.await(() -> {
			Set<String> topics = this.carriers.kafka((admin) -> admin.listTopics().names());
			assertThat(topics).doesNotContain(this.carriers.entriesTopic());
		});
		this.carriers.centre();
		this.orders.context();
		this.carriers.awaitTheSame(this.orders, 1502);
		this.carriers.assertVerified();
	}

	@Test
	void aLedgerThatLostWhatItCalledSafeSaysSo() {
		this.carriers.centre();
		this.orders.record("order.place", 9);
		this.carriers.awaitTheSame(this.orders, 10);
		Carriers.await(() -> assertThat(sent().standing().safe()).isEqualTo(10));
		this.carriers.stopTheCentre();
		// As if a backup had been restored from before the chain was registered.
		Carriers restored = this.carriers;
		JdbcTemplate centre = new JdbcTemplate(restored.centreDatabase);
		centre.execute("drop schema audit cascade");
		restored.prepareTheCentre();
		restored.register(this.orders);
		restored.centre();
		this.carriers.awaitTheSame(this.orders, 10);
		Carriers.await(() -> assertThat(received().losses()).isEmpty());
	}

	@Test
	void aSourceThatWasRestoredGoesOnUnderAnotherNameByItself() {
		this.carriers.centre();
		this.orders.record("order.place", 4);
		this.carriers.awaitTheSame(this.orders, 5);
		Carriers.await(() -> assertThat(sent().standing().stored()).isEqualTo(5));
		DataSource backup = this.orders.backup();
		// Nobody else sends it for ten seconds otherwise.
		this.orders.execute("update audit.audit_publishing set until = '-infinity'");
		this.orders.record("order.place", 5);
		this.carriers.awaitTheSame(this.orders, 10);
		Carriers.await(() -> assertThat(sent().standing().stored()).isEqualTo(10));
		this.orders.stop();
		this.orders.database = backup;
		this.orders.context();
		Carriers.await(() -> assertThat(Carriers.content(backup, "orders@2")).contains("audit.chain.continued"));
		this.orders.record("order.cancel", 3);
		Carriers.await(() -> assertThat(Carriers.content(this.carriers.centreDatabase, "orders@2")).isNotNull()
			.contains("audit.chain.continued", "order.cancel"));
		Carriers.await(() -> assertThat(Carriers.content(this.carriers.centreDatabase, "orders@2"))
			.isEqualTo(Carriers.content(backup, "orders@2")));
		assertThat(this.carriers.atTheCentre("orders")).isEqualTo(10);
		Carriers.await(() -> assertThat(received().troubles()).isEmpty());
		UUID id = UUID
			.fromString(this.orders.query("select id from audit.audit_log where chain = 'orders' and seq = 2"));
		this.carriers.centre().getBean(AuditRedaction.class).redact(id, EntryGroup.ACTOR, "They asked for it");
		Carriers.await(() -> assertThat(
				Stream.of(backup, this.carriers.centreDatabase).map((database) -> Carriers.isActorErased(database, id)))
			.containsOnly(true));
		this.carriers.assertVerified();
	}

}
