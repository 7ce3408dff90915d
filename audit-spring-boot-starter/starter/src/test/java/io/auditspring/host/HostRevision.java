package io.auditspring.host;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.hibernate.envers.RevisionEntity;
import org.hibernate.envers.RevisionNumber;
import org.hibernate.envers.RevisionTimestamp;

/**
 * A revision entity of the host's own, with other names than Envers' default.
 */
@Entity
@RevisionEntity
public class HostRevision {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	@RevisionNumber
	private int number;

	@RevisionTimestamp
	private long atMillis;

	private String editor = "host";

	public int getNumber() {
		return this.number;
	}

	public long getAtMillis() {
		return this.atMillis;
	}

	public String getEditor() {
		return this.editor;
	}

}
