package org.example.importer;

import org.springframework.data.repository.CrudRepository;

interface Readings extends CrudRepository<Reading, Long> {

}
