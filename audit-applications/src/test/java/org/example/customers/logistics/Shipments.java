package org.example.customers.logistics;

import org.springframework.data.jpa.repository.JpaRepository;

public interface Shipments extends JpaRepository<Shipment, Long> {

}
