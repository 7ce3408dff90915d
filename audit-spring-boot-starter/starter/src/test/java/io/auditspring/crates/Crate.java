package io.auditspring.crates;

import java.util.HashSet;
import java.util.Set;

import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import org.hibernate.envers.AuditTable;
import org.hibernate.envers.Audited;

/**
 * An entity whose history has a name and a schema of its own.
 */
@Entity
@Audited
@AuditTable(value = "`Crate History`", schema = "past")
public class Crate {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private Long id;

	@ElementCollection
	private Set<String> labels = new HashSet<>();

	@ManyToMany
	@JoinTable(name = "crate_neighbours")
	private Set<Crate> neighbours = new HashSet<>();

	protected Crate() {
	}

	public Crate(String label) {
		this.labels.add(label);
		this.neighbours.add(this);
	}

}
