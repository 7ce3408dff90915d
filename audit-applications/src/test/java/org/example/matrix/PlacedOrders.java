package org.example.matrix;

import org.springframework.data.jpa.repository.JpaRepository;

interface PlacedOrders extends JpaRepository<PlacedOrder, Long> {

}
