package io.auditspring.history;

import jakarta.persistence.Entity;
import org.hibernate.envers.TrackingModifiedEntitiesRevisionMapping;
import org.hibernate.envers.RevisionEntity;

/**
 * A revision entity of the application, with a superclass that has a collection.
 */
@Entity
@RevisionEntity
class Moment extends TrackingModifiedEntitiesRevisionMapping {

}
