package io.auditspring.sample.controlplane;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.hibernate.envers.Audited;
import org.jspecify.annotations.Nullable;

@Entity
@Audited
class Project {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private long id;

	private String name;

	private @Nullable String deployedVersion;

	@SuppressWarnings("NullAway.Init") // JPA fills the fields
	protected Project() {
	}

	Project(String name) {
		this.name = name;
	}

	void rename(String newName) {
		this.name = newName;
	}

	void deploy(String version) {
		this.deployedVersion = version;
	}

	long getId() {
		return this.id;
	}

	String getName() {
		return this.name;
	}

	@Nullable String getDeployedVersion() {
		return this.deployedVersion;
	}

}
