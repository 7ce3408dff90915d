package io.auditspring.bench.host;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.hibernate.envers.Audited;

/**
 * Something to keep.
 */
@Entity
@Audited
public class Product {

	@Id
	private Long id;

	private String name;

}
