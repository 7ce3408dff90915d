package org.example.dogs;

import io.auditspring.Audited;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class Kennel {

	private final Dogs dogs;

	Kennel(Dogs dogs) {
		this.dogs = dogs;
	}

	@Audited(action = "dog.adopt", targetType = "Dog", targetId = "#result.id()")
	@Transactional
	public Dog adopt(String name) {
		return this.dogs.save(new Dog(null, name));
	}

	@Audited(action = "dog.return")
	@Transactional
	public void giveBack(long id) {
		this.dogs.deleteById(id);
		throw new IllegalStateException("Dog %d stays".formatted(id));
	}

}
