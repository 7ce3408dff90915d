package io.auditspring.signing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.internal.table.LedgerLab;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a writer may insert into the tables of checkpoints and trees: what the entries
 * say, and nothing else. What is wrong there all the same can be put right.
 */
class TreeChecksTests {

	private static final String GARBAGE = """
			insert into audit.audit_checkpoint values ('main', 9000000000000000000, sha256(''), 'x')       | a checkpoint of 9000000000000000000 entries of chain "main" is refused: the chain has 900 entries
			insert into audit.audit_checkpoint values ('main', 901, sha256(''), 'x')                       | the chain has 900 entries
			insert into audit.audit_checkpoint values ('main', 900, sha256(''), 'x')                       | the tree is one of 600 entries
			insert into audit.audit_checkpoint values ('main', 600, sha256(''), 'x')                       | there is one of 600 entries
			insert into audit.audit_checkpoint values ('main', 500, sha256(''), 'x')                       | there is one of 600 entries
			insert into audit.audit_checkpoint values ('main', null, sha256(''), 'x')                      | the chain has 900 entries
			insert into audit.audit_checkpoint values (null, 700, sha256(''), 'x')                         | the chain has 0 entries
			insert into audit.audit_checkpoint values ('none', 1, sha256(''), 'x')                         | the chain has 0 entries
			insert into audit.audit_checkpoint values ('other', 3, sha256(''), 'x')                        | the tree is one of 0 entries
			insert into audit.audit_tile values ('main', 0, 2, decode(repeat('00', 8192), 'hex'))          | tile 2 of level 0 of chain "main" is refused: its hashes are not those of what is below
			insert into audit.audit_tile values ('main', 0, 2, '')                                         | its hashes are not those of what is below
			insert into audit.audit_tile values ('main', 0, 2, null)                                       | its hashes are not those of what is below
			insert into audit.audit_tile values ('main', 0, 3, decode(repeat('00', 8192), 'hex'))          | the chain has 900 entries
			insert into audit.audit_tile values ('main', 0, -1, decode(repeat('00', 8192), 'hex'))         | the chain has 900 entries
			insert into audit.audit_tile values ('main', 1, 0, decode(repeat('00', 8192), 'hex'))          | the chain has 900 entries
			insert into audit.audit_tile values ('main', 7, 0, decode(repeat('00', 8192), 'hex'))          | the chain has 900 entries
			insert into audit.audit_tile values ('main', null, 0, decode(repeat('00', 8192), 'hex'))       | the chain has 900 entries
			insert into audit.audit_tile values ('main', 0, 9223372036854775807, decode(repeat('00', 8192), 'hex')) | the chain has 900 entries
			insert into audit.audit_tile values ('main', 0, 1, decode(repeat('00', 8192), 'hex'))          | duplicate key
			insert into audit.audit_tile values ('other', 0, 0, decode(repeat('00', 8192), 'hex'))         | the chain has 3 entries
			insert into audit.audit_tree values ('other', 3, array[sha256('')])                            | its edge of level 0 is not what is below
			insert into audit.audit_tree values ('other', 4, array[sha256('')])                            | a tree of 4 entries of chain "other" is refused: the chain has 3 entries
			insert into audit.audit_tree values ('other', -1, '{}')                                        | the chain has 3 entries
			insert into audit.audit_tree values ('other', 0, array[sha256('')])                            | it has 0 levels
			insert into audit.audit_tree values ('other', 0, null)                                         | it has 0 levels
			update audit.audit_tree set size = 9000000000000000000                                         | the chain has 900 entries
			update audit.audit_tree set size = 900                                                         | its edge of level 0 is not what is below
			update audit.audit_tree set size = 500                                                         | it had 600 entries
			update audit.audit_tree set size = 0, edges = '{}'                                             | it had 600 entries
			update audit.audit_tree set chain = 'other'                                                    | it is of another chain
			update audit.audit_tree set edges = '{}'                                                       | it has 2 levels
			update audit.audit_tree set edges = array[null, null]::bytea[]                                 | its edge of level 0 is not what is below
			update audit.audit_tree set edges = array[edges, edges]                                        | it has 2 levels
			update audit.audit_tree set edges[2] = sha256('')                                              | its edge of level 1 is not what is below
			update audit.audit_tree set edges[-1] = sha256('')                                             | it has 2 levels
			""";

	private static final LedgerLab GONE_ON = goneOn();

	private final LedgerLab lab = GONE_ON.copy();

	@TempDir
	private Path directory;

	/** 900 entries, of which 600 are in the tree, which is signed. */
	private static LedgerLab goneOn() {
		LedgerLab lab = LedgerLab.create();
		lab.database.append("main", Entries.entries(300));
		Roles.apply(lab.database.dataSource(), lab.database.schema());
		return lab;
	}

	/** Who may make checkpoints. */
	private DataSource writer() {
		return Roles.user(this.lab.database.dataSource(), "audit_writer", "audit_reader");
	}

	@Test
	void aWritersGarbageIsRefusedByName() {
		DataSource writer = writer();
		for (String garbage : GARBAGE.lines().toList()) {
			String[] row = garbage.split(" +[|] +");
			assertThatExceptionOfType(SQLException.class).as(row[0])
				.isThrownBy(() -> execute(writer, row[0]))
				.withMessageContaining(row[1]);
		}
		assertThat(checkpoints().create("main").orElseThrow().size()).isEqualTo(900);
		assertThat(this.lab.verifier().verify("main").problems()).isEmpty();
	}

	/** The tree and its root are true, only that nobody who has the key signed them. */
	@Test
	void aCheckpointHasTheFormOfASignedOne() {
		Checkpoint strange = strange();
		this.lab.tamper("delete from audit.audit_checkpoint where size = 900");
		DataSource writer = writer();
		String root = Base64.getEncoder().encodeToString(strange.root());
		for (String note : new String[] { "x", "shop/main\n600\n%s\n\n— a YQ==\n", "shop/main\n900\nYQ==\n\n— a YQ==\n",
				"shop/other\n900\n%s\n\n— a YQ==\n", "shop/main\n900\n%s\n", "shop/main\n900\n%s\n\n\n",
				"shop/main\n900\n%s\n\n— a YQ==", "shop/main\n900\n%s\n\n— a b c\n" }) {
			assertThatExceptionOfType(SQLException.class).as(note)
				.isThrownBy(() -> execute(writer, insert(strange, note.formatted(root))))
				.withMessageContaining("its note is not a signed one of this size and root");
		}
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> execute(writer, insert(strange, strange.note() + "— a YQ==\n".repeat(20_000))))
			.withMessageContaining("its note has more than 100000 bytes");
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(
					() -> execute(writer, insert(strange, strange.note()).replace("decode(", "sha256('') || decode(")))
			.withMessageContaining("its root is not that of the tree");
	}

	private static String insert(Checkpoint checkpoint, String note) {
		return "insert into audit.audit_checkpoint values ('main', %d, decode('%s', 'base64'), '%s')"
			.formatted(checkpoint.size(), Base64.getEncoder().encodeToString(checkpoint.root()), note);
	}

	/** Makes a checkpoint of what is new, signed by nobody known. */
	private Checkpoint strange() {
		Ed25519Signer stranger = Ed25519Signer.ofPem("stranger", Ed25519Signer.newPem());
		return new Checkpoints(this.lab.database.dataSource(), this.lab.database.schema(), LedgerLab.ORIGIN,
				TrustedKeys.of(VerifierKey.of(stranger), VerifierKey.of(LedgerLab.SIGNER)),
				new CheckpointSigning(stranger, new SignerMemory(this.directory.resolve("stranger")), List.of()))
			.create("main")
			.orElseThrow();
	}

	@Test
	void whatNobodyKnownSignedIsNamedAndSetAsideAndSigningGoesOn() {
		strange();
		assertThatExceptionOfType(InvalidCheckpointException.class).isThrownBy(() -> checkpoints().create("main"))
			.withMessageContaining("The checkpoint of chain 'main' and size 900 in audit_checkpoint is invalid");
		assertThat(this.lab.verifier().verify("main").problems()).extracting(Problem::kind)
			.containsExactly(Problem.Kind.SIGNATURE);
		assertThat(this.lab.database.query("select audit.audit_set_checkpoint_aside('main', 900, 'Case 7')"))
			.isEqualTo("t");
		rebuild(2);
		assertSigningGoesOn();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			update audit.audit_tile set hashes = set_byte(hashes, 77, get_byte(hashes, 77) # 1) where index = 1  | 1
			delete from audit.audit_tile                                                                         | 2
			insert into audit.audit_tile values ('main', 0, 2, decode(repeat('00', 8192), 'hex'))                | 1
			insert into audit.audit_tile values ('main', 7, 9000000000000000000, decode(repeat('00', 8192), 'hex')) | 1
			update audit.audit_tree set size = 9000000000000000000                                               | 1
			update audit.audit_tree set size = 900                                                               | 1
			update audit.audit_tree set size = 0, edges = '{}'                                                   | 1
			update audit.audit_tree set edges = array[edges, edges]                                              | 1
			update audit.audit_tree set edges[2] = sha256('')                                                    | 1
			delete from audit.audit_tree                                                                         | 1
			delete from audit.audit_tree; delete from audit.audit_tile                                           | 3
			""")
	void aTreeThatASuperuserSpoiledIsMadeAnewAndSigningGoesOn(String sql, int replaced) {
		this.lab.tamper(sql);
		assertThat(this.lab.verifier().verify("main").problems()).extracting(Problem::kind)
			.as(sql)
			.contains(Problem.Kind.TILE)
			.isSubsetOf(Problem.Kind.TILE, Problem.Kind.CHECKPOINT);
		rebuild(replaced);
		assertThat(this.lab.verifier().verify("main").problems()).isEmpty();
		assertSigningGoesOn();
	}

	/** Leaf hashes of entries that are gone are in the tiles only. */
	@Test
	void aTreeIsMadeAnewAlsoWhereItsFirstEntriesWereRetired() {
		this.lab.enterRetirement("main", 0, 99);
		this.lab.database.execute("drop table " + this.lab.partitionOf(0));
		this.lab.tamper("update audit.audit_tile set hashes = set_byte(hashes, 8000, 1) where index = 0");
		rebuild(1);
		assertSigningGoesOn();
		this.lab.tamper("update audit.audit_tile set hashes = set_byte(hashes, 77, get_byte(hashes, 77) # 1)");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> rebuild(1))
			.withMessageContaining("the entries of chain \"main\" do not lead to its checkpoint of 901 entries");
		this.lab.tamper("delete from audit.audit_tile");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> rebuild(1))
			.withMessageContaining("below tile 0 of level 0 hashes are gone");
	}

	@Test
	void aTreeIsNotMadeAnewForNoReasonOrByAWriter() {
		DataSource writer = writer();
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.lab.database.query("select audit.audit_rebuild_tree('main', ' ')"))
			.withMessageContaining("audit_rebuild_tree takes a reason");
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> execute(writer, "select audit.audit_rebuild_tree('main', 'why not')"))
			.withMessageContaining("permission denied");
		rebuild(0);
		assertThat(this.lab.database.query("select count(*) from audit.audit_tree_aside")).isEqualTo("0");
	}

	/** Each length of edge on two levels, and the first tile above the leaves. */
	@Test
	void everyTreeThatIsTrueIsTaken() {
		LedgerDatabase database = LedgerDatabase.create();
		Checkpoints checkpoints = checkpoints(database);
		long size = 0;
		for (int entries : new int[] { 1, 1, 1, 252, 1, 1, 254, 1, 257, 1000, 63_000, 768, 1, 300 }) {
			database.append("main", Entries.entries(entries));
			size += entries;
			assertThat(checkpoints.create("main").orElseThrow().size()).isEqualTo(size);
		}
		assertThat(database.query("select string_agg(level || '/' || tiles, ' ' order by level) from (select level, "
				+ "count(*) as tiles from audit.audit_tile group by level) as levels"))
			.isEqualTo("0/257 1/1");
		assertThat(database.query("select audit.audit_rebuild_tree('main', 'to see')")).isEqualTo("0");
		assertThat(new LedgerVerifier(database.dataSource(), database.schema()).verify().valid()).isTrue();
	}

	private void rebuild(int replaced) {
		assertThat(this.lab.database.query("select audit.audit_rebuild_tree('main', 'Case 7')"))
			.isEqualTo(String.valueOf(replaced));
	}

	private void assertSigningGoesOn() {
		long size = Long.parseLong(
				String.valueOf(this.lab.database.query("select size from audit.audit_chain where name = 'main'")));
		assertThat(checkpoints().create("main").orElseThrow().size()).isEqualTo(size);
		assertThat(this.lab.verifier().verify("main").problems()).isEmpty();
	}

	private Checkpoints checkpoints() {
		return checkpoints(this.lab.database);
	}

	private Checkpoints checkpoints(LedgerDatabase database) {
		return new Checkpoints(database.dataSource(), database.schema(), LedgerLab.ORIGIN, LedgerLab.KEYS,
				new CheckpointSigning(LedgerLab.SIGNER, new SignerMemory(this.directory.resolve("memory")), List.of()));
	}

	private static void execute(DataSource user, String sql) throws SQLException {
		try (Connection connection = user.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
