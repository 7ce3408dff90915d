package io.auditspring.callbacks;

import java.util.ArrayList;
import java.util.List;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityListeners;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import org.hibernate.envers.Audited;

/**
 * Whatever becomes of it, a bean with audited methods is told.
 */
@Entity
@Audited
@EntityListeners(ParcelListener.class)
class Parcel {

	@Id
	@GeneratedValue(strategy = GenerationType.SEQUENCE)
	Long id;

	String status = "NEW";

	@OneToMany(cascade = CascadeType.ALL)
	List<Parcel> contents = new ArrayList<>();

}
