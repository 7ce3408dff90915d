package org.example.petclinic;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.data.domain.Pageable;

import static org.assertj.core.api.Assertions.assertThat;

@DataJpaTest
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
class ClinicServiceTests {

	@Autowired
	private OwnerRepository owners;

	@Test
	void findsOwnersByLastName() {
		assertThat(this.owners.findByLastNameStartingWith("Frank", Pageable.unpaged())).hasSize(1);
	}

	@Test
	void insertsAnOwner() {
		Owner owner = new Owner();
		owner.setLastName("Schultz");
		owner.setTelephone("4444444444");
		this.owners.save(owner);
		assertThat(owner.getId()).isNotNull();
	}

}
