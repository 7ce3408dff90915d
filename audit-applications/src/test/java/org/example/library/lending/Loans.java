package org.example.library.lending;

import org.springframework.data.jpa.repository.JpaRepository;

interface Loans extends JpaRepository<Loan, Long> {

}
