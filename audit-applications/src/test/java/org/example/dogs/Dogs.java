package org.example.dogs;

import org.springframework.data.repository.ListCrudRepository;

interface Dogs extends ListCrudRepository<Dog, Long> {

}
