package io.auditspring.sample.reconciliation;

import org.springframework.data.jpa.repository.JpaRepository;

interface PeriodRepository extends JpaRepository<Period, String> {

}
