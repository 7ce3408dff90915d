package io.auditspring.sample.reconciliation;

import org.springframework.data.jpa.repository.JpaRepository;

interface SnapshotRepository extends JpaRepository<Snapshot, Long> {

}
