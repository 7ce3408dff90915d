package io.auditspring.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.auditspring.CheckpointAnchor;
import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.range.LocalFiles;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.Manifests;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.archive.internal.range.SealedRange;
import io.auditspring.cli.AuditCommand;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.DirectoryAnchor;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.checkpoint.WitnessKey;
import io.auditspring.ledger.internal.entry.Timestamps;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.merkle.InclusionProof;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.ledger.verify.VerificationProgress;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * An archive verifies without a database, and whatever is done to it is named.
 */
class ArchiveVerifierTests {

	private static final CheckpointSigner SIGNER = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());

	private static final TrustPolicy TRUST = new TrustPolicy(TrustedKeys.of(VerifierKey.of(SIGNER)), List.of(),
			"example.com/audit");

	private static final ArchiveOptions OPTIONS = new ArchiveOptions(null, "256MB", 2);

	private static final RangeName FIRST = new RangeName("main", 0, 699);

	private static final RangeName SECOND = new RangeName("main", 700, 1_099);

	private static final List<StoredEntry> ENTRIES = new ArrayList<>();

	@TempDir
	static Path shared;

	@TempDir
	Path directory;

	private ArchiveStore store = new DirectoryArchiveStore(Path.of(""));

	@BeforeAll
	static void archiveTwoRanges() throws Exception {
		ENTRIES.clear();
		ENTRIES.addAll(new SampleChain("main", 7).entries(1_200));
		ArchiveStore store = new DirectoryArchiveStore(shared);
		write(store, ENTRIES, FIRST);
		write(store, ENTRIES, SECOND);
	}

	@BeforeEach
	void copy() throws IOException {
		this.store = new DirectoryArchiveStore(this.directory);
		ArchiveStore original = new DirectoryArchiveStore(shared);
		for (String name : original.list()) {
			this.store.putIfAbsent(name, original.local(name).orElseThrow());
		}
	}

	private static Manifest write(ArchiveStore store, List<StoredEntry> entries, RangeName range) throws Exception {
		return write(store, entries, range, SIGNER);
	}

	private static Manifest write(ArchiveStore store, List<StoredEntry> entries, RangeName range,
			CheckpointSigner signer) throws Exception {
		return new RangeWriter(store, OPTIONS, signer).write(
				SampleChain.seal(entries, (int) range.first(), (int) range.last(), signer),
				(sink) -> entries.subList((int) range.first(), (int) range.last() + 1).forEach(sink),
				UnaryOperator.identity());
	}

	private static void write(ArchiveStore store, RangeName range, CheckpointSigner witness) throws Exception {
		SealedRange sealed = SampleChain.seal(ENTRIES, (int) range.first(), (int) range.last(), SIGNER);
		Checkpoint signed = Checkpoint.parse(sealed.proof().checkpoint());
		Checkpoint cosigned = signed.with(List.of(cosign(witness, signed)));
		new RangeWriter(store, OPTIONS, SIGNER).write(SampleChain.with(sealed, cosigned),
				(sink) -> ENTRIES.subList((int) range.first(), (int) range.last() + 1).forEach(sink),
				UnaryOperator.identity());
	}

	/** As a witness does it, C2SP tlog-cosignature. */
	private static String cosign(CheckpointSigner witness, Checkpoint checkpoint) {
		WitnessKey key = new WitnessKey(witness.name(), witness.publicKey());
		byte[] signature = witness.sign(Sha256.utf8("cosignature/v1\ntime 1800000000\n"
				+ checkpoint.note().substring(0, checkpoint.note().indexOf("\n\n") + 1)));
		byte[] id = Base64.getDecoder().decode(key.toString().split("\\+", 3)[2]);
		byte[] hash = Sha256.hash(Sha256.utf8(witness.name() + "\n"), id);
		return "\u2014 %s %s\n".formatted(witness.name(), Base64.getEncoder()
			.encodeToString(ByteBuffer.allocate(76).put(hash, 0, 4).putLong(1_800_000_000).put(signature).array()));
	}

	private ChainVerification verify(TrustPolicy evidence) throws IOException {
		Verification verification = new ArchiveVerifier(this.store, evidence, OPTIONS, VerificationProgress.NONE)
			.verify();
		return verification.chains().get(verification.chains().size() - 1);
	}

	private List<String> problems() throws IOException {
		return verify(TRUST).problems().stream().map((problem) -> problem.kind() + ": " + problem.what()).toList();
	}

	private Path file(String name) {
		return this.directory.resolve(name);
	}

	/** As somebody who can write to the archive, but does not have the key. */
	private void rewritePayload(String change) throws Exception {
		Path file = file(FIRST.payload(1));
		try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
				Statement statement = duckDb.createStatement()) {
			statement
				.execute("create table payload as from read_parquet('%s', hive_partitioning = false)".formatted(file));
			statement.execute(change);
			statement.execute("copy payload to '%s' (format parquet, compression zstd)".formatted(file));
		}
	}

	private void rewriteManifest(UnaryOperator<String> change) throws IOException {
		Path file = file(FIRST.manifest(1));
		Files.writeString(file, change.apply(Files.readString(file)));
	}

	@Test
	void whatIsAsItWasWrittenIsValid() throws Exception {
		ChainVerification found = verify(TRUST);
		assertThat(found.problems()).isEmpty();
		assertThat(found.chain()).isEqualTo("main");
		assertThat(found.from()).isZero();
		assertThat(found.size()).isEqualTo(1_100);
		assertThat(found.entries()).isEqualTo(1_100);
		assertThat(found.checkpointSize()).isEqualTo(1_100L);
		assertThat(this.store.list()).containsExactly(FIRST.core(), FIRST.manifest(1), FIRST.payload(1), FIRST.tiles(),
				SECOND.core(), SECOND.manifest(1), SECOND.payload(1), SECOND.tiles());
	}

	@Test
	void eachEntryIsProvenByTheArchiveAlone() throws Exception {
		ArchiveProofs proofs = new ArchiveProofs(this.store, OPTIONS);
		for (int seq : List.of(0, 1, 255, 256, 699, 700, 701, 1_099)) {
			StoredEntry entry = ENTRIES.get(seq);
			String proof = proofs.tlogProof(entry.place().id()).orElseThrow();
			List<String> lines = proof.lines().toList();
			assertThat(lines).startsWith("c2sp.org/tlog-proof@v1",
					"extra " + Base64.getEncoder().encodeToString(Sha256.utf8(entry.canonicalCore())), "index " + seq);
			List<byte[]> path = lines.subList(3, lines.indexOf("")).stream().map(Base64.getDecoder()::decode).toList();
			Checkpoint checkpoint = Checkpoint.open(proof.substring(proof.indexOf("\n\n") + 2),
					TrustedKeys.of(VerifierKey.of(SIGNER)));
			assertThat(new InclusionProof(seq, checkpoint.size(), path).proves(entry.hash(), checkpoint.root()))
				.isTrue();
		}
		assertThat(proofs.tlogProof(ENTRIES.get(1_100).place().id())).isEmpty();
		byte[] tiles = Files.readAllBytes(file(FIRST.tiles()));
		tiles[0] ^= 1;
		Files.write(file(FIRST.tiles()), tiles);
		assertThatThrownBy(() -> proofs.tlogProof(ENTRIES.get(1).place().id())).isInstanceOf(IOException.class)
			.hasMessageContaining("verify the archive");
	}

	@Test
	void writingItAgainChangesNothing() throws Exception {
		Manifest kept = Manifests.read(this.store, FIRST.manifest(1));
		List<StoredEntry> later = new SampleChain("main", 7).entries(1_250);
		assertThat(write(this.store, later, FIRST)).hasToString(kept.toString());
		Files.delete(file(FIRST.manifest(1)));
		Files.delete(file(FIRST.payload(1)));
		assertThat(write(this.store, ENTRIES, FIRST)).hasToString(kept.toString());
		assertThat(problems()).isEmpty();
	}

	@Test
	void anyNumberOfThreadsWritesTheSameBytes() throws Exception {
		List<StoredEntry> entries = new SampleChain("main", 11).entries(30_000);
		SealedRange sealed = SampleChain.seal(entries, 0, 29_999, SIGNER);
		List<String> manifests = new ArrayList<>();
		for (int threads : List.of(1, 2, 5)) {
			ArchiveStore own = new DirectoryArchiveStore(this.directory.resolve("threads-" + threads));
			manifests.add(new RangeWriter(own, new ArchiveOptions(null, "256MB", threads), SIGNER)
				.write(sealed, entries::forEach, UnaryOperator.identity())
				.toString());
		}
		assertThat(manifests).hasSize(3).containsOnly(manifests.get(0));
	}

	@Test
	void aFileOfOtherBytesWithTheSameRowsIsTakenForIt() throws Exception {
		rewritePayload("checkpoint");
		Files.delete(file(FIRST.manifest(1)));
		Manifest.File kept = LocalFiles.measure(file(FIRST.payload(1)));
		assertThat(write(this.store, ENTRIES, FIRST).payload()).isEqualTo(kept);
		assertThat(problems()).isEmpty();
	}

	@Test
	void otherEntriesNeverReplaceThoseThatAreThere() throws Exception {
		List<StoredEntry> other = new SampleChain("main", 8).entries(1_200);
		assertThatThrownBy(() -> write(this.store, other, FIRST)).isInstanceOf(ArchiveConflictException.class)
			.hasMessageContaining("core.parquet");
		assertThat(problems()).isEmpty();
	}

	@Test
	void whatIsNotAsItWasSignedIsNotArchived() throws Exception {
		List<StoredEntry> forged = new ArrayList<>(ENTRIES);
		forged.set(3, ENTRIES.get(4));
		ArchiveStore other = new DirectoryArchiveStore(this.directory.resolve("other"));
		RangeWriter writer = new RangeWriter(other, OPTIONS, SIGNER);
		assertThatThrownBy(() -> writer.write(SampleChain.seal(ENTRIES, 0, 699, SIGNER),
				(sink) -> forged.subList(0, 700).forEach(sink), UnaryOperator.<StoredEntry>identity()))
			.isInstanceOf(IllegalStateException.class)
			.hasMessageContaining("entry 3 is missing");
		List<StoredEntry> rewritten = new SampleChain("main", 8).entries(1_200);
		assertThatThrownBy(() -> writer.write(SampleChain.seal(ENTRIES, 0, 699, SIGNER),
				(sink) -> rewritten.subList(0, 700).forEach(sink), UnaryOperator.<StoredEntry>identity()))
			.hasMessageContaining("not what was signed");
		assertThat(other.list()).isEmpty();
	}

	@Test
	void moreThanWasErasedBeforeIsNotSignedAsErased() throws Exception {
		Manifest other = Manifest
			.parse(Files.readString(file(FIRST.manifest(1))).replace("\"erasedActors\":0", "\"erasedActors\":1"));
		List<String> files = this.store.list();
		assertThatThrownBy(
				() -> new RangeWriter(this.store, OPTIONS, SIGNER).rewrite(other, Set.of(7L), Set.of(), other.proof()))
			.isInstanceOf(IllegalStateException.class)
			.hasMessageContaining("0 actor groups and 0 data groups are erased, but the manifest says 1 and 0");
		assertThat(this.store.list()).isEqualTo(files);
	}

	@Test
	void aReplacedFileIsNamed() throws Exception {
		Files.copy(file(SECOND.payload(1)), file(FIRST.payload(1)), StandardCopyOption.REPLACE_EXISTING);
		assertThat(problems()).anyMatch((problem) -> problem.startsWith("ARCHIVE: the file '" + FIRST.payload(1)));
		copyAgain(FIRST.payload(1));
		Files.copy(file(SECOND.core()), file(FIRST.core()), StandardCopyOption.REPLACE_EXISTING);
		assertThat(problems()).anyMatch((problem) -> problem.startsWith("ARCHIVE: the file '" + FIRST.core()));
	}

	@Test
	void aFileThatWasCutOffIsNamed() throws Exception {
		for (String name : List.of(FIRST.core(), FIRST.payload(1), SECOND.tiles())) {
			byte[] content = Files.readAllBytes(file(name));
			Files.write(file(name), Arrays.copyOf(content, content.length - 100));
			assertThat(problems()).contains(
					"ARCHIVE: the file '%s' is shorter than when it was written: was it cut off?".formatted(name));
			copyAgain(name);
		}
		assertThat(problems()).isEmpty();
	}

	private void copyAgain(String name) throws IOException {
		Files.copy(shared.resolve(name), file(name), StandardCopyOption.REPLACE_EXISTING);
	}

	@Test
	void aRenamedFileIsNamed() throws Exception {
		Files.move(file(FIRST.payload(1)), file(FIRST.payload(1)).resolveSibling("payload.parquet"));
		Verification found = new ArchiveVerifier(this.store, TRUST, OPTIONS, VerificationProgress.NONE).verify();
		assertThat(found.chains().stream().flatMap((chain) -> chain.problems().stream()).map(Problem::what)).contains(
				"the file '%s' is missing".formatted(FIRST.payload(1)),
				"the file 'chain=main/000000000000-000000000699/payload.parquet' is none of an archive: was it renamed?");
	}

	@Test
	void aRangeThatWasRenamedIsNamed() throws Exception {
		Files.move(file(SECOND.core()).getParent(), file(new RangeName("main", 700, 1_098).core()).getParent());
		assertThat(problems()).anyMatch((problem) -> problem.contains("generation 1: was it swapped?"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "70000 5", "0 999999999999999999", "0 1048576", "999999999999999000 999999999999999999" })
	void aRangeThatCannotBeIsNamedAndHidesNothing(String ends) throws Exception {
		long first = Long.parseLong(ends.split(" ")[0]);
		long last = Long.parseLong(ends.split(" ")[1]);
		Path range = Files.createDirectories(this.directory.resolve("chain=main/%012d-%012d".formatted(first, last)));
		for (String name : List.of(FIRST.core(), FIRST.payload(1), FIRST.tiles())) {
			Files.copy(file(name), range.resolve(file(name).getFileName()));
		}
		String manifest = Files.readString(file(FIRST.manifest(1)));
		Files.writeString(range.resolve("manifest-1.json"),
				manifest.replaceFirst("\"signature\":\"[^\"]+\",", "")
					.replace("\"first\":0,", "\"first\":%d,".formatted(first))
					.replace("\"last\":699,", "\"last\":%d,".formatted(last))
					.replace("\"entries\":700,", "\"entries\":%d,".formatted(last - first + 1)));
		List<ChainVerification> found = verifyAll(TRUST);
		assertThat(found).extracting(ChainVerification::chain).containsExactly("main", "");
		assertThat(found.get(0).problems()).isEmpty();
		assertThat(found.get(1).problems()).hasSize(4)
			.allSatisfy((problem) -> assertThat(problem.what()).contains("is none of an archive"));
	}

	@Test
	void aRangeThatCannotBeReadHidesNoOther() throws Exception {
		ArchiveStore failing = new ArchiveStore() {

			@Override
			public boolean putIfAbsent(String name, Path content) {
				throw new UnsupportedOperationException();
			}

			@Override
			public InputStream read(String name) throws IOException {
				if (name.equals(FIRST.core())) {
					throw new IllegalStateException("it is on fire");
				}
				return ArchiveVerifierTests.this.store.read(name);
			}

			@Override
			public List<String> list() throws IOException {
				return ArchiveVerifierTests.this.store.list();
			}

			@Override
			public void delete(String name) {
				throw new UnsupportedOperationException();
			}

		};
		Files.delete(file(SECOND.payload(1)));
		assertThat(new ArchiveVerifier(failing, TRUST, OPTIONS, VerificationProgress.NONE).verify()
			.chains()
			.get(0)
			.problems()).extracting(Problem::what)
			.contains("the file '%s' is missing".formatted(SECOND.payload(1)))
			.anySatisfy((what) -> assertThat(what).contains("it is on fire"));
	}

	@Test
	void whatIsNoFileIsNotOpened() throws Exception {
		assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "mkfifo is not there");
		for (String name : List.of(FIRST.core(), FIRST.payload(1), FIRST.tiles(), FIRST.manifest(1))) {
			byte[] content = Files.readAllBytes(file(name));
			Files.delete(file(name));
			assertThat(new ProcessBuilder("mkfifo", file(name).toString()).start().waitFor()).isZero();
			assertThat(problems()).as(name)
				.anyMatch((problem) -> problem.startsWith("ARCHIVE: the %s '%s' cannot be read"
					.formatted(name.endsWith("json") ? "manifest" : "file", name)));
			Files.delete(file(name));
			Files.write(file(name), content);
		}
		assertThat(problems()).isEmpty();
		Files.createSymbolicLink(file("chain=elsewhere"), file("chain=main"));
		assertThat(problems())
			.containsExactly("ARCHIVE: the file 'chain=elsewhere' is none of an archive: was it renamed?");
	}

	@Test
	void aFileThatIsLargerThanAnyMemoryIsNamed() throws Exception {
		try (FileChannel tiles = FileChannel.open(file(FIRST.tiles()), StandardOpenOption.WRITE)) {
			tiles.write(ByteBuffer.allocate(1), 3_000_000_000L);
		}
		assertThat(problems()).contains(
				"ARCHIVE: the file '%s' is not the one that was written: was it replaced?".formatted(FIRST.tiles()));
	}

	@Test
	void anArchiveBehindALinkIsVerified(@TempDir Path other) throws Exception {
		Path link = Files.createSymbolicLink(other.resolve("archive"), this.directory);
		ArchiveStore linked = new DirectoryArchiveStore(link);
		assertThat(linked.list()).isEqualTo(this.store.list());
		assertThat(linked.list(FIRST.directory())).isEqualTo(this.store.list(FIRST.directory()));
		StringWriter out = new StringWriter();
		assertThat(execute(out, "verify-archive", link.toString())).isZero();
		assertThat(out.toString()).contains("Chain main: 1100 entries");
	}

	@Test
	void aSwappedManifestIsNamed() throws Exception {
		Files.copy(file(SECOND.manifest(1)), file(FIRST.manifest(1)), StandardCopyOption.REPLACE_EXISTING);
		assertThat(problems()).contains("ARCHIVE: the manifest '%s' is of %s, generation 1: was it swapped?"
			.formatted(FIRST.manifest(1), SECOND));
	}

	@Test
	void aManifestThatSaysSomethingElseIsNotSigned() throws Exception {
		rewritePayload("update payload set actor_name = 'Nobody' where seq = 5");
		Manifest.File forged = LocalFiles.measure(file(FIRST.payload(1)));
		Manifest kept = Manifests.read(this.store, FIRST.manifest(1));
		rewriteManifest((text) -> text.replace(kept.payload().sha256(), forged.sha256())
			.replace("\"bytes\":" + kept.payload().bytes(), "\"bytes\":" + forged.bytes()));
		assertThat(problems()).containsExactlyInAnyOrder(
				"SIGNATURE: the manifest '%s' is not signed by a trusted key".formatted(FIRST.manifest(1)),
				"HASH: the actor group is not the one whose digest is hashed");
	}

	/** Where no key is known, nobody else would see it. */
	@Test
	void aManifestThatSaysSomethingElseOfItsEntriesIsNamed() throws Exception {
		Manifest kept = Manifests.read(this.store, FIRST.manifest(1));
		String erased = "\"erasedActors\":0";
		String ledger = "\"ledger\":\"";
		String hash = HexFormat.of().formatHex(kept.lastHash());
		for (List<String> change : List.of(List.of(erased, "\"erasedActors\":1"),
				List.of(Timestamps.format(kept.firstRecordedAt()), "2026-01-01T00:00:00.000001Z"),
				List.of(Timestamps.format(kept.lastRecordedAt()), "2027-01-01T00:00:00.000001Z"),
				List.of(hash, hash.substring(1) + "0"))) {
			rewriteManifest((text) -> text.replace(change.get(0), change.get(1)));
			assertThat(Manifests.read(this.store, FIRST.manifest(1)).toString()).isNotEqualTo(kept.toString());
			assertThat(verify(TrustPolicy.NONE).problems()).extracting(Problem::what)
				.containsExactly("the manifest of %s says something else of them".formatted(FIRST));
			copyAgain(FIRST.manifest(1));
		}
		Path second = file(SECOND.manifest(1));
		Files.writeString(second, Files.readString(second).replace(ledger + kept.ledger(), ledger + new UUID(0, 7)));
		assertThat(verify(TrustPolicy.NONE).problems()).extracting(Problem::what)
			.containsExactly("the manifest of %s is of another ledger than the first".formatted(SECOND));
	}

	@Test
	void membersThatAreNotSignedAreNoneOfAManifest() throws Exception {
		rewriteManifest((text) -> text.replace("{\"begins\"", "{\"approved\":true,\"begins\""));
		assertThat(problems()).anyMatch((problem) -> problem.contains("members that are none of it"));
	}

	@Test
	void severalValuesDoNotPassForOne() throws Exception {
		rewritePayload("""
				update payload set after_state = after_state || ',"before":' || before_state, before_state = null
				where seq = (select min(seq) from payload where after_state is not null)""");
		assertThat(problems()).anyMatch((problem) -> problem.startsWith("UNREADABLE"));
	}

	@Test
	void erasingWithoutAnEntryIsNamed() throws Exception {
		rewritePayload("update payload set actor_erased = true, actor_id = null, actor_name = null, ip_address = null, "
				+ "user_agent = null, session_id = null, geolocation = null, "
				+ "salt = unhex(repeat('00', 16) || substring(hex(salt) from 33)) where seq = 5");
		assertThat(problems()).contains("REDACTION: the actor group is redacted without a redaction entry");
	}

	@Test
	void aMissingRangeIsNamed() throws Exception {
		for (String name : this.store.list()) {
			if (name.contains("000000000700")) {
				continue;
			}
			Files.delete(file(name));
		}
		assertThat(problems())
			.contains("MISSING: the archive of the chain began with entry 0, but the first range that "
					+ "is left with entry 700");
	}

	@Test
	void aGapBetweenRangesIsNamed() throws Exception {
		List<StoredEntry> longer = new SampleChain("main", 7).entries(1_500);
		write(this.store, longer, new RangeName("main", 1_200, 1_400));
		assertThat(problems()).contains("MISSING: entries 1100 to 1199 are missing");
	}

	@Test
	void anAnchoredCheckpointInsideAGapIsNoOtherRoot(@TempDir Path anchors) throws Exception {
		List<StoredEntry> longer = new SampleChain("main", 7).entries(1_500);
		write(this.store, longer, new RangeName("main", 1_200, 1_400));
		DirectoryAnchor anchor = new DirectoryAnchor(anchors, "example.com/audit");
		for (int size : new int[] { 900, 1_150, 1_200, 1_300 }) {
			anchor.publish("main", size, SampleChain.seal(longer.subList(0, size), 0, 10, SIGNER).proof().checkpoint());
		}
		ChainVerification found = verify(new TrustPolicy(TRUST.keys(), List.of(anchor), TRUST.origin()));
		assertThat(found.problems()).extracting(Problem::what).containsExactly("entries 1100 to 1199 are missing");
		assertThat(found.checkpoints()).isEqualTo(3 + 2);
	}

	@Test
	void entriesAfterAGapAreNotComparedByTilesThatAreLost(@TempDir Path anchors) throws Exception {
		List<StoredEntry> longer = new SampleChain("main", 7).entries(1_500);
		RangeName third = new RangeName("main", 1_200, 1_400);
		write(this.store, longer, third);
		DirectoryAnchor anchor = new DirectoryAnchor(anchors, "example.com/audit");
		anchor.publish("main", 1_300, SampleChain.seal(longer.subList(0, 1_300), 0, 10, SIGNER).proof().checkpoint());
		byte[] tiles = Files.readAllBytes(file(third.tiles()));
		for (byte[] left : List.of(new byte[0], Arrays.copyOf(tiles, tiles.length - 64))) {
			Files.write(file(third.tiles()), left);
			assertThat(verify(new TrustPolicy(TRUST.keys(), List.of(anchor), TRUST.origin())).counts())
				.containsOnlyKeys(Problem.Kind.MISSING, Problem.Kind.ARCHIVE, Problem.Kind.TILE);
		}
		Files.write(file(third.tiles()), tiles);
		assertThat(verify(new TrustPolicy(TRUST.keys(), List.of(anchor), TRUST.origin())).counts())
			.containsOnlyKeys(Problem.Kind.MISSING);
	}

	private void writeSaying(String chain, String action, String metadata) throws Exception {
		SampleChain samples = new SampleChain(chain, 9);
		List<StoredEntry> entries = new ArrayList<>(samples.entries(20));
		entries.add(samples.control(action, metadata));
		write(this.store, entries, new RangeName(chain, 0, 20));
	}

	private static String archived(String chain, String manifest) {
		return archived(chain, manifest, 9);
	}

	private static String archived(String chain, String manifest, int lastSeq) {
		return "{\"chain\":\"%s\",\"firstSeq\":0,\"lastSeq\":%d,\"generation\":1,\"manifest\":\"%s\"}".formatted(chain,
				lastSeq, manifest);
	}

	private List<ChainVerification> verifyAll(TrustPolicy evidence) throws IOException {
		return new ArchiveVerifier(this.store, evidence, OPTIONS, VerificationProgress.NONE).verify().chains();
	}

	@Test
	void aChainThatIsGoneAsAWholeIsNamed() throws Exception {
		List<StoredEntry> orders = new SampleChain("orders", 8).entries(10);
		Manifest manifest = write(this.store, orders, new RangeName("orders", 0, 9));
		writeSaying("local", "audit.archive", archived("orders", manifest.digest()));
		assertThat(verifyAll(TRUST))
			.hasToString("[local [0, 21): valid, main [0, 1100): valid, orders [0, 10): valid]");
		for (String name : this.store.list(manifest.range().directory())) {
			Files.delete(file(name));
		}
		assertThat(verifyAll(TRUST)).extracting(ChainVerification::chain).containsExactly("local", "main", "orders");
		assertThat(verifyAll(TRUST).get(2).problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.kind()).isEqualTo(Problem.Kind.ARCHIVE);
			assertThat(problem.what()).startsWith("entry 20 (")
				.endsWith(" says that entries 0 to 9 are archived in generation 1, which is not there");
		});
	}

	@Test
	void aChainOfWhichNothingIsArchivedYetIsNotGone(@TempDir Path anchors) throws Exception {
		DirectoryAnchor anchor = new DirectoryAnchor(anchors, "example.com/audit");
		anchor.publish("young", 10,
				SampleChain.seal(new SampleChain("young", 8).entries(10), 0, 9, SIGNER).proof().checkpoint());
		writeSaying("received", "audit.archive", archived("archived-where-it-came-from", "00".repeat(32)));
		writeSaying("local", "audit.redaction",
				"{\"chain\":\"main\",\"seq\":5000,\"id\":\"%s\",\"group\":\"actor\"}".formatted(SampleChain.LEDGER));
		assertThat(verifyAll(new TrustPolicy(TRUST.keys(), List.of(anchor), TRUST.origin())))
			.hasToString("[local [0, 21): valid, main [0, 1100): valid, received [0, 21): valid]");
	}

	@Test
	void anotherKeyDoesNotCount() throws Exception {
		CheckpointSigner stranger = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		TrustPolicy other = new TrustPolicy(TrustedKeys.of(VerifierKey.of(stranger)), List.of(), "example.com/audit");
		ChainVerification found = verify(other);
		assertThat(found.counts()).containsEntry(Problem.Kind.SIGNATURE, 4L);
		assertThat(found.checkpointSize()).isNull();
	}

	@Test
	void whatALeakedKeySignedCountsIfSomebodyTrustedSignedWhatCoversIt(@TempDir Path anchors) throws Exception {
		CheckpointSigner newSigner = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		TrustedKeys keys = new TrustedKeys(List.of(VerifierKey.of(newSigner)), List.of(VerifierKey.of(SIGNER)));
		TrustPolicy rotated = new TrustPolicy(keys, List.of(), TRUST.origin());
		assertThat(verify(rotated).counts()).containsOnly(Map.entry(Problem.Kind.SIGNATURE, 4L));
		DirectoryAnchor anchor = new DirectoryAnchor(anchors, "example.com/audit");
		anchor.publish("main", 900, SampleChain.seal(ENTRIES.subList(0, 900), 0, 10, newSigner).proof().checkpoint());
		assertThat(verify(new TrustPolicy(keys, List.of(anchor), TRUST.origin())).counts())
			.containsOnly(Map.entry(Problem.Kind.SIGNATURE, 2L));
		write(this.store, ENTRIES, new RangeName("main", 1_100, 1_150), newSigner);
		assertThat(verify(rotated).problems()).isEmpty();
		assertThat(verify(rotated).checkpointSize()).isEqualTo(1_151);
		for (String name : this.store.list(SECOND.directory())) {
			Files.delete(file(name));
		}
		assertThat(verify(rotated).counts()).containsEntry(Problem.Kind.SIGNATURE, 2L)
			.containsEntry(Problem.Kind.MISSING, 1L);
	}

	@Test
	void whoHasALeakedKeyCannotSayWhereTheArchiveBegan() throws Exception {
		CheckpointSigner newSigner = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		TrustedKeys keys = new TrustedKeys(List.of(VerifierKey.of(newSigner)), List.of(VerifierKey.of(SIGNER)));
		write(this.store, ENTRIES, new RangeName("main", 1_100, 1_150), newSigner);
		for (String name : this.store.list(FIRST.directory())) {
			Files.delete(file(name));
		}
		Path manifest = file(SECOND.manifest(1));
		Manifest forged = Manifest.parse(Files.readString(manifest).replace("\"begins\":0,", "\"begins\":700,"))
			.sign(SIGNER);
		Files.writeString(manifest, forged.toString());
		assertThat(verify(new TrustPolicy(keys, List.of(), TRUST.origin())).counts())
			.containsOnly(Map.entry(Problem.Kind.SIGNATURE, 1L));
	}

	@Test
	void aCheckpointByALeakedKeyIsComparedWhereItIsKept(@TempDir Path anchors) throws Exception {
		CheckpointSigner leaked = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());
		TrustedKeys keys = new TrustedKeys(List.of(VerifierKey.of(SIGNER)), List.of(VerifierKey.of(leaked)));
		DirectoryAnchor anchor = new DirectoryAnchor(anchors, "example.com/audit");
		anchor.publish("main", 800, SampleChain.seal(ENTRIES.subList(0, 800), 0, 10, leaked).proof().checkpoint());
		TrustPolicy rotated = new TrustPolicy(keys, List.of(anchor), TRUST.origin());
		assertThat(verify(rotated).problems()).isEmpty();
		anchor.publish("main", 900,
				SampleChain.seal(new SampleChain("main", 8).entries(900), 0, 10, leaked).proof().checkpoint());
		assertThat(verify(rotated).problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.kind()).isEqualTo(Problem.Kind.SIGNATURE);
			assertThat(problem.what()).contains("which only a retired key signed");
		});
	}

	@Test
	void whatTheSourceOfAReceivedChainSaysIsOfAnArchiveOfItsOwn() throws Exception {
		SampleChain samples = new SampleChain("orders", 8);
		List<StoredEntry> entries = new ArrayList<>(samples.entries(10));
		entries.add(samples.control("audit.archive", archived("orders", "00".repeat(32))));
		RangeName range = new RangeName("orders", 0, 10);
		SealedRange sealed = SampleChain.seal(entries, 0, 10, SIGNER);
		Manifest manifest = new RangeWriter(this.store, OPTIONS, SIGNER).write(
				new SealedRange(sealed.ledger(), range, true, 0, sealed.prevHash(), sealed.before(), sealed.proof()),
				(sink) -> entries.forEach(sink), UnaryOperator.identity());
		writeSaying("local", "audit.archive", archived("orders", manifest.digest(), 10));
		assertThat(verifyAll(TRUST))
			.hasToString("[local [0, 21): valid, main [0, 1100): valid, orders [0, 11): valid]");
		Files.delete(file(range.manifest(1)));
		write(this.store, entries, range);
		assertThat(verifyAll(TRUST).get(2).counts()).containsOnlyKeys(Problem.Kind.ARCHIVE);
	}

	@Test
	void anAnchoredCheckpointIsCompared(@TempDir Path anchors) throws Exception {
		DirectoryAnchor anchor = new DirectoryAnchor(anchors, "example.com/audit");
		List<StoredEntry> forked = new SampleChain("main", 8).entries(900);
		anchor.publish("main", 900, SampleChain.seal(forked, 0, 10, SIGNER).proof().checkpoint());
		assertThat(verify(new TrustPolicy(TRUST.keys(), List.of(anchor), TRUST.origin())).counts())
			.containsEntry(Problem.Kind.ROOT, 1L);
		DirectoryAnchor agreeing = new DirectoryAnchor(anchors.resolve("agreeing"), "example.com/audit");
		agreeing.publish("main", 900,
				SampleChain.seal(new SampleChain("main", 7).entries(900), 0, 10, SIGNER).proof().checkpoint());
		ChainVerification found = verify(new TrustPolicy(TRUST.keys(), List.of(agreeing), TRUST.origin()));
		assertThat(found.problems()).isEmpty();
		assertThat(found.checkpoints()).isEqualTo(3);
	}

	@Test
	void whatWasKeptOfAChainOfALongerNameIsNotOfThisOne() throws Exception {
		String note = SampleChain.seal(new SampleChain("eu/main", 8).entries(900), 0, 10, SIGNER).proof().checkpoint();
		CheckpointAnchor anchor = new CheckpointAnchor() {

			@Override
			public void publish(String chain, long size, String note) {
				throw new UnsupportedOperationException();
			}

			@Override
			public List<String> notes(String chain) {
				return List.of(note);
			}

		};
		assertThat(verify(new TrustPolicy(TRUST.keys(), List.of(anchor), TRUST.origin())).counts())
			.containsOnlyKeys(Problem.Kind.EVIDENCE);
	}

	@Test
	void whatIsElsewhereIsFetchedToWhereTheOptionsSay(@TempDir Path temporary) throws Exception {
		List<Path> directories = new ArrayList<>();
		ArchiveStore elsewhere = new ArchiveStore() {

			@Override
			public boolean putIfAbsent(String name, Path content) throws IOException {
				return ArchiveVerifierTests.this.store.putIfAbsent(name, content);
			}

			@Override
			public InputStream read(String name) throws IOException {
				try (Stream<Path> found = Files.list(temporary)) {
					found.forEach(directories::add);
				}
				return ArchiveVerifierTests.this.store.read(name);
			}

			@Override
			public List<String> list() throws IOException {
				return ArchiveVerifierTests.this.store.list();
			}

			@Override
			public void delete(String name) throws IOException {
				ArchiveVerifierTests.this.store.delete(name);
			}

		};
		ArchiveOptions options = new ArchiveOptions(temporary, OPTIONS.memoryLimit(), OPTIONS.threads());
		assertThat(new ArchiveVerifier(elsewhere, TRUST, options, VerificationProgress.NONE).verify().valid()).isTrue();
		assertThat(directories).isNotEmpty();
		assertThat(temporary).isEmptyDirectory();
	}

	@Test
	void aPolicyWantsAQuorumOfWitnesses(@TempDir Path other) throws Exception {
		CheckpointSigner witness = Ed25519Signer.ofPem("witness", Ed25519Signer.newPem());
		Path policy = Files.writeString(other.resolve("policy"), """
				log %s
				witness w %s
				quorum w
				""".formatted(VerifierKey.of(SIGNER), new WitnessKey(witness.name(), witness.publicKey())));
		StringWriter out = new StringWriter();
		assertThat(execute(out, "verify-archive", this.directory.toString(), "--policy", policy.toString()))
			.isEqualTo(2);
		assertThat(out.toString()).contains("QUORUM", "the archived entries from 0 on the quorum 'w' is missing");
		Path cosigned = other.resolve("archive");
		write(new DirectoryArchiveStore(cosigned), ENTRIES, FIRST);
		write(new DirectoryArchiveStore(cosigned), SECOND, witness);
		assertThat(execute(out, "verify-archive", cosigned.toString(), "--policy", policy.toString())).isZero();
		assertThat(out.toString()).endsWith("VALID\n");
		Path behind = other.resolve("behind");
		write(new DirectoryArchiveStore(behind), FIRST, witness);
		write(new DirectoryArchiveStore(behind), ENTRIES, SECOND);
		assertThat(execute(out, "verify-archive", behind.toString(), "--policy", policy.toString())).isEqualTo(2);
		assertThat(out.toString()).contains("the archived entries from 700 on the quorum 'w' is missing");
	}

	@Test
	void theCommandLineTells() throws Exception {
		StringWriter out = new StringWriter();
		String key = VerifierKey.of(SIGNER).toString();
		assertThat(execute(out, "verify-archive", this.directory.toString(), "--public-key", key)).isZero();
		assertThat(out.toString()).contains("Chain main: 1100 entries from 0 on").endsWith("VALID\n");
		Files.write(file(FIRST.tiles()), new byte[1], StandardOpenOption.APPEND);
		assertThat(execute(out, "verify-archive", this.directory.toString(), "--public-key", key)).isOne();
		assertThat(out.toString()).contains("tiles.bin' is not the one that was written: was it replaced?");
	}

	@Test
	void aDirectoryWithoutAnArchiveIsNotVerified(@TempDir Path other) throws Exception {
		StringWriter out = new StringWriter();
		assertThat(execute(out, "verify-archive", other.toString())).isEqualTo(2);
		assertThat(out.toString()).doesNotContain("VALID");
	}

	private static int execute(StringWriter out, String... arguments) throws ReflectiveOperationException {
		var factory = AuditCommand.class.getDeclaredMethod("commandLine");
		factory.setAccessible(true);
		return ((picocli.CommandLine) factory.invoke(null)).setOut(new PrintWriter(out, true)).execute(arguments);
	}

}
