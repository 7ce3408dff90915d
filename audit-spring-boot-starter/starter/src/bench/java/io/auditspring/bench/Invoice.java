package io.auditspring.bench;

import java.util.ArrayList;
import java.util.List;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import org.hibernate.envers.Audited;

/**
 * An aggregate.
 */
@Entity
@Audited
public class Invoice {

	@Id
	private Long id;

	@Version
	private Integer version;

	private String customer = "ACME";

	private int changes;

	@OneToMany(mappedBy = "invoice", cascade = CascadeType.ALL)
	private List<InvoiceLine> lines = new ArrayList<>();

	protected Invoice() {
	}

	Invoice(long id, int lines) {
		this.id = id;
		for (int i = 0; i < lines; i++) {
			this.lines.add(new InvoiceLine(id * 1_000 + i, this));
		}
	}

	void change() {
		this.changes++;
		this.lines.forEach(InvoiceLine::change);
	}

}
