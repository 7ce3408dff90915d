package org.example.library.inventory;

import org.springframework.data.jpa.repository.JpaRepository;

interface Books extends JpaRepository<Book, String> {

}
