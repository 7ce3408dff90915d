package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.table.LedgerLab;

/**
 * A ledger for those who come from outside, and a copy of it that was tampered with.
 *
 * @param url the ledger
 * @param tamperedUrl the copy
 * @param anchored its checkpoints
 * @param emptyUrl a copy of which nothing is left
 * @param publicKey who signed them
 */
public record LedgerCommandLab(String url, String tamperedUrl, String emptyUrl, List<String> anchored,
		String publicKey) {

	public static LedgerCommandLab create() {
		LedgerLab lab = LedgerLab.create();
		LedgerLab tampered = lab.copy();
		tampered.tamper("update audit.audit_log set message = 'gone' where chain = 'main' and seq = 250");
		LedgerLab empty = lab.copy();
		empty.tamper("delete from audit.audit_log; delete from audit.audit_chain; delete from audit.audit_tree; "
				+ "delete from audit.audit_tile; delete from audit.audit_checkpoint");
		return new LedgerCommandLab(url(lab), url(tampered), url(empty), lab.anchored,
				VerifierKey.of(LedgerLab.SIGNER).toString());
	}

	private static String url(LedgerLab lab) {
		try (Connection connection = lab.database.connect()) {
			return connection.getMetaData().getURL();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
