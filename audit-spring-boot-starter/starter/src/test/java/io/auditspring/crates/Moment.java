package io.auditspring.crates;

import jakarta.persistence.Entity;
import org.hibernate.envers.RevisionEntity;
import org.hibernate.envers.TrackingModifiedEntitiesRevisionMapping;

/**
 * A revision entity of the application, with a superclass that has a collection.
 */
@Entity
@RevisionEntity
class Moment extends TrackingModifiedEntitiesRevisionMapping {

}
