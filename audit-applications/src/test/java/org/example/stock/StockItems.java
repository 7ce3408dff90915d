package org.example.stock;

import org.springframework.data.repository.ListCrudRepository;

public interface StockItems extends ListCrudRepository<StockItem, Long> {

}
