package io.auditspring.sample.agents;

import org.springframework.data.jpa.repository.JpaRepository;

interface ConnectorRepository extends JpaRepository<Connector, Long> {

}
