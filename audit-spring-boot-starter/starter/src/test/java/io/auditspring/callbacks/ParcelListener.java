package io.auditspring.callbacks;

import jakarta.persistence.PostLoad;
import jakarta.persistence.PostPersist;
import jakarta.persistence.PostRemove;
import jakarta.persistence.PostUpdate;
import jakarta.persistence.PrePersist;
import jakarta.persistence.PreRemove;
import jakarta.persistence.PreUpdate;

import org.springframework.context.annotation.Lazy;

/**
 * Tells of what becomes of parcels.
 */
class ParcelListener {

	private final Notifier notifier;

	ParcelListener(@Lazy Notifier notifier) {
		this.notifier = notifier;
	}

	@PrePersist
	void persisting(Parcel parcel) {
		this.notifier.tell("PrePersist");
	}

	@PostPersist
	void persisted(Parcel parcel) {
		this.notifier.tell("PostPersist");
	}

	@PreUpdate
	void updating(Parcel parcel) {
		this.notifier.tell("PreUpdate");
	}

	@PostUpdate
	void updated(Parcel parcel) {
		this.notifier.tell("PostUpdate");
	}

	@PreRemove
	void removing(Parcel parcel) {
		this.notifier.tell("PreRemove");
	}

	@PostRemove
	void removed(Parcel parcel) {
		this.notifier.tell("PostRemove");
	}

	@PostLoad
	void loaded(Parcel parcel) {
		this.notifier.tell("PostLoad");
	}

}
