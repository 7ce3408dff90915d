/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.auditspring.AuditSetupException;
import io.auditspring.archive.internal.read.ArchiveReader;
import io.auditspring.database.internal.TableUpkeep;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditRedaction;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.past.Past;
import io.auditspring.retention.Retention;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.DataAccessResourceFailureException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An archive in a bucket, by the real client and a stand-in for S3.
 */
class S3ArchiveTests {

	private static final String KEY = Ed25519Signer.newPem();

	private static final String PAYLOAD = "audit/chain=main/000000000000-000000000019/payload-%d.parquet";

	private static final Entry CLERK = new SampleChain("main", 3).unplaced(1).get(0);

	private static final AuditQuery IN_2019 = AuditQuery.all().to(Instant.parse("2020-01-01T00:00:00Z"));

	@TempDir
	Path memory;

	@TempDir
	Path temporary;

	private S3StandIn s3;

	private S3Client client;

	private ArchiveStore store;

	@BeforeEach
	void start() throws IOException {
		this.s3 = new S3StandIn();
		this.client = S3Client.builder()
			.endpointOverride(this.s3.endpoint())
			.forcePathStyle(true)
			.region(Region.EU_CENTRAL_1)
			.credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
			.build();
		this.store = new S3ArchiveStore(this.client, S3StandIn.BUCKET, "audit/");
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.s3.close();
	}

	private Path file(String content) throws IOException {
		return Files.writeString(Files.createTempFile(this.memory, "f", ""), content);
	}

	@Test
	void nothingReplacesWhatIsThere() throws IOException {
		assertThat(this.store.putIfAbsent("chain=%41/a.b", file("one"))).isTrue();
		assertThat(this.store.putIfAbsent("chain=%41/a.b", file("two"))).isFalse();
		assertThat(this.store.read("chain=%41/a.b")).hasContent("one");
		assertThat(this.s3.versions("audit/chain=%41/a.b")).isOne();
		assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> this.store.read("chain=b/c"));
	}

	@Test
	void allIsListedHoweverMuchItIs() throws IOException {
		for (String name : List.of("chain=a/5", "chain=a/4", "chain=b/3", "chain=b/2", "chain=a/1")) {
			this.store.putIfAbsent(name, file(name));
		}
		new S3ArchiveStore(this.client, S3StandIn.BUCKET, "").putIfAbsent("elsewhere", file(""));
		assertThat(this.store.list()).containsExactly("chain=a/1", "chain=a/4", "chain=a/5", "chain=b/2", "chain=b/3");
		assertThat(this.store.list("chain=b/")).containsExactly("chain=b/2", "chain=b/3");
	}

	@Test
	void whatIsDeletedIsGoneWithAllItsVersions() throws IOException {
		this.store.putIfAbsent("chain=a/payload", file("person"));
		this.store.putIfAbsent("chain=a/payload-2", file("rest"));
		this.s3.mark("audit/chain=a/payload");
		this.store.putIfAbsent("chain=a/payload", file("person again"));
		assertThat(this.s3.versions("audit/chain=a/payload")).isEqualTo(3);
		this.store.delete("chain=a/payload");
		this.store.delete("chain=a/payload");
		assertThat(this.s3.versions("audit/chain=a/payload")).isZero();
		assertThat(this.store.list()).containsExactly("chain=a/payload-2");
	}

	private ApplicationContextRunner application(ArchivedLedger ledger) {
		return ArchivingApplication.of(ledger.dataSource(), KEY, this.memory)
			.withBean(S3Client.class, () -> this.client)
			.withPropertyValues("audit.archive.s3.bucket=" + S3StandIn.BUCKET, "audit.archive.s3.prefix=audit/",
					"audit.archive.temporary-directory=" + this.temporary);
	}

	@Test
	void anApplicationArchivesReadsAndErasesThere() {
		ArchivedLedger ledger = ArchivedLedger.create(this.store, KEY, this.memory);
		ledger.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "main", new SampleChain("main", 5).unplaced(20));
		application(ledger).run((context) -> {
			AuditTrail trail = context.getBean(AuditTrail.class);
			List<AuditEntry> before = trail.stream(AuditQuery.all()).toList();
			assertThat(context.getBean(Retention.class).apply().retired()).hasSize(1);
			assertThat(trail.stream(AuditQuery.all().to(Instant.parse("2020-01-01T00:00:00Z"))).map(AuditEntry::getId))
				.containsExactlyElementsOf(before.stream().map(AuditEntry::getId).toList());
			assertWhatIsReadIsFetchedOnce(trail);
			UUID id = before.get(3).getId();
			context.getBean(AuditRedaction.class).redact(id, EntryGroup.ACTOR, "Request 1");
			assertThat(trail.entry(id).orElseThrow().getActor()).isNull();
			assertThat(this.s3.versions(PAYLOAD.formatted(1))).isZero();
			assertThat(this.s3.versions(PAYLOAD.formatted(2))).isOne();
			assertThat(fetched()).noneMatch((name) -> name.endsWith("payload-1.parquet"));
			assertThat(new ArchiveVerifier(context.getBean(ArchiveStore.class), ledger.evidence(),
					ArchiveOptions.DEFAULT, VerificationProgress.NONE)
				.verify()
				.chains()).hasToString("[main [0, 20): valid]");
		});
		assertThat(this.temporary).isEmptyDirectory();
	}

	@Test
	void whatAnotherInstanceErasedDoesNotLiveOnInACopy() {
		ArchivedLedger ledger = ArchivedLedger.create(this.store, KEY, this.memory);
		ledger.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "main", new SampleChain("main", 5).unplaced(20));
		String id = ledger.query("select id from audit.audit_log where seq = 3");
		application(ledger).run((context) -> {
			assertThat(context.getBean(Retention.class).apply().retired()).hasSize(1);
			assertThat(context.getBean(AuditTrail.class).count(IN_2019)).isEqualTo(20);
			erase(ledger, id);
			assertThat(fetched()).anyMatch((name) -> name.endsWith("payload-1.parquet"));
			context.getBeansOfType(TableUpkeep.class).values().forEach(TableUpkeep::keep);
			assertThat(fetched()).noneMatch((name) -> name.endsWith("payload-1.parquet"));
			assertThat(context.getBean(AuditTrail.class).count(IN_2019)).isEqualTo(20);
		});
	}

	@Test
	void whatSomebodyStillReadsThatIsErasedIsNotKept() throws Exception {
		ArchivedLedger ledger = ArchivedLedger.create(this.store, KEY, this.memory);
		ledger.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "main", new SampleChain("main", 5).unplaced(20));
		String id = ledger.query("select id from audit.audit_log where seq = 3");
		assertThat(ledger.retention(CLERK, UnaryOperator.identity()).apply().retired()).hasSize(1);
		Path payload = this.memory.resolve("payload");
		try (InputStream content = this.store.read("chain=main/000000000000-000000000019/payload-1.parquet")) {
			Files.copy(content, payload);
		}
		try (ArchiveReader reader = new ArchiveReader(ledger.schema(), this.store,
				new ArchiveOptions(this.temporary, "256MB", 2))) {
			Past before = past(ledger, reader);
			erase(ledger, id);
			assertThat(past(ledger, reader)).isNotEqualTo(before);
			// As if it were not deleted yet.
			this.store.putIfAbsent("chain=main/000000000000-000000000019/payload-1.parquet", payload);
			assertThat(before.count(Condition.equal("chain", "main"))).isEqualTo(20);
			assertThat(fetched()).anyMatch((name) -> name.endsWith("payload-1.parquet"));
			past(ledger, reader);
			assertThat(fetched()).noneMatch((name) -> name.endsWith("payload-1.parquet"));
		}
	}

	private static Past past(ArchivedLedger ledger, ArchiveReader reader) throws SQLException {
		return OwnTransaction.look(ledger.dataSource(), reader::past).orElseThrow();
	}

	private static void erase(ArchivedLedger ledger, String id) throws IOException {
		assertThat(ledger.archive()
			.redact(null, List.of(UUID.fromString(id)), EntryGroup.ACTOR, "Request 1",
					EntryCodec.write(List.of(CLERK))))
			.hasSize(1);
	}

	private void assertWhatIsReadIsFetchedOnce(AuditTrail trail) {
		int fetches = this.s3.requests("GET", PAYLOAD.formatted(1)).size();
		assertThat(trail.count(AuditQuery.all().to(Instant.parse("2020-01-01T00:00:00Z")))).isEqualTo(20);
		assertThat(this.s3.requests("GET", PAYLOAD.formatted(1))).hasSize(fetches);
	}

	private List<String> fetched() throws IOException {
		try (Stream<Path> files = Files.walk(this.temporary)) {
			return files.map(Path::toString).toList();
		}
	}

	@Test
	void whatWasChangedInTheBucketIsAnErrorThatNamesIt() {
		ArchivedLedger ledger = ArchivedLedger.create(this.store, KEY, this.memory);
		ledger.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "main", new SampleChain("main", 5).unplaced(20));
		application(ledger).run((context) -> {
			context.getBean(Retention.class).apply();
			this.s3.change(PAYLOAD.formatted(1));
			AuditTrail trail = context.getBean(AuditTrail.class);
			assertThatExceptionOfType(DataAccessResourceFailureException.class)
				.isThrownBy(() -> trail.count(AuditQuery.all()))
				.withMessageContaining("payload-1.parquet' is not the one that its manifest names");
		});
	}

	@Test
	void withoutTheSdkTheStartSaysWhatIsMissing() {
		ArchivedLedger ledger = ArchivedLedger.create(this.store, KEY, this.memory);
		ArchivingApplication.of(ledger.dataSource(), KEY, this.memory)
			.withClassLoader(new FilteredClassLoader("software.amazon.awssdk"))
			.withPropertyValues("audit.archive.s3.bucket=" + S3StandIn.BUCKET)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(AuditSetupException.class)
				.hasMessageContaining("the AWS SDK is not there"));
		ArchivingApplication.of(ledger.dataSource(), KEY, this.memory)
			.withClassLoader(new FilteredClassLoader("software.amazon.awssdk"))
			.withPropertyValues("audit.archive.directory=" + this.temporary)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(DirectoryArchiveStore.class));
	}

	@Test
	void twoPlacesAreOneTooMany() {
		ArchivedLedger ledger = ArchivedLedger.create(this.store, KEY, this.memory);
		application(ledger).withPropertyValues("audit.archive.directory=" + this.temporary)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(AuditSetupException.class)
				.hasMessageContaining("are both set"));
	}

}
